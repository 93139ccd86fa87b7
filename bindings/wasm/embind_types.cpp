// Owns the types that Embind converts, where its own library brings too much: that one registers two dozen, with their
// RTTI, for 1.7 KB of compressed wasm. Only for Emscripten 3.1.6 (see cmake/Wasm.cmake); newer ones need less.
// Must not know what is exported: that is bindings.cpp's.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <cstdint>
#include <limits>
#include <string>

namespace {

using namespace emscripten::internal;  // where Embind declares its C functions

template <class T>
void register_integer(const char* name) {
  _embind_register_integer(TypeID<T>::get(), name, sizeof(T), std::numeric_limits<T>::min(),
                           std::numeric_limits<T>::max());
}

}  // namespace

// The two that Embind's JavaScript half expects.
extern "C" {

/// For its message about a type that is not registered: without RTTI there is no name.
EMSCRIPTEN_KEEPALIVE const char* __getTypeName(const void* /*type*/) { return nullptr; }

EMSCRIPTEN_KEEPALIVE __attribute__((constructor)) void __embind_register_native_and_builtin_types() {
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_bool(TypeID<bool>::get(), "bool", sizeof(bool), true, false);
  register_integer<int>("int");
  register_integer<unsigned int>("unsigned int");
  register_integer<unsigned long>("unsigned long");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
}

}  // extern "C"
