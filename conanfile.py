# The recipe for Conan 2: `conan create .`. The version is package.json's.
import json
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class UtcpWebsocket(ConanFile):
    name = "utcp-websocket"
    description = "Discovers and calls UTCP tools over WebSocket"
    license = "MPL-2.0"
    topics = ("utcp", "websocket", "tools", "agent")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"client": [True, False], "fPIC": [True, False]}
    default_options = {"client": True, "fPIC": True}
    exports = "package.json"
    exports_sources = "CMakeLists.txt", "package.json", "LICENSE", "cmake/*", "docs/recipes.md", "src/*", "bindings/native/*"

    def set_version(self):
        self.version = json.loads(load(self, os.path.join(self.recipe_folder, "package.json")))["version"]

    def config_options(self):
        if self.settings.os == "Windows":
            del self.options.fPIC

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        if self.options.client:
            self.requires("boost/[>=1.81 <2]", transitive_headers=True)
            self.requires("nlohmann_json/[>=3.10 <4]", transitive_headers=True)
            self.requires("openssl/[>=3 <4]")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["UTCP_WEBSOCKET_CLIENT"] = bool(self.options.client)
        toolchain.cache_variables["UTCP_WEBSOCKET_TESTS"] = False
        toolchain.cache_variables["UTCP_WEBSOCKET_WERROR"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "utcp_websocket")
        core = self.cpp_info.components["core"]
        core.libs = ["utcp_websocket"]
        core.set_property("cmake_target_name", "utcp_websocket::core")
        if self.options.client:
            client = self.cpp_info.components["client"]
            client.libs = ["utcp_websocket_client"]
            client.set_property("cmake_target_name", "utcp_websocket::client")
            client.requires = ["core", "boost::headers", "nlohmann_json::nlohmann_json", "openssl::openssl"]
            if self.settings.os in ["Linux", "FreeBSD"]:
                client.system_libs = ["pthread"]
