# Owns when dist/ is made: of the compiled module and of js/, by the programs of scripts/dist. And build/demo, the inspector, of dist/.
# Each command says what it reads, so that Ninja runs it again when that has changed.

set(dist "${PROJECT_SOURCE_DIR}/dist")
set(programs "${PROJECT_SOURCE_DIR}/scripts/dist")
# The versions of what the programs use.
set(lock "${PROJECT_SOURCE_DIR}/package-lock.json")
file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.hpp" "${PROJECT_SOURCE_DIR}/bindings/wasm/*.hpp")
file(GLOB_RECURSE js CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/js/*")
file(GLOB_RECURSE page CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/web-demo/page/*" "${PROJECT_SOURCE_DIR}/web-demo/*.js")
list(FILTER page EXCLUDE REGEX "/node_modules/")

# utcp_node(<outputs>… RUNS <a program of scripts/dist> READS <files>…)
function(utcp_node)
  cmake_parse_arguments(PARSE_ARGV 0 node "" "RUNS" "READS")
  add_custom_command(OUTPUT ${node_UNPARSED_ARGUMENTS}
    COMMAND node "${programs}/${node_RUNS}"
    DEPENDS ${node_READS} "${programs}/${node_RUNS}" "${programs}/write.js" "${programs}/../lib/repo.js" "${PROJECT_SOURCE_DIR}/package.json" "${lock}"
    COMMENT "Running scripts/dist/${node_RUNS}" VERBATIM)
endfunction()

set(glue "${dist}/core.js" "${dist}/core.wasm" "${dist}/wasm.cjs" "${dist}/core.names.json")
utcp_node(${glue} RUNS glue.js READS core)

utcp_node("${dist}/constants.js" RUNS constants.js READS ${headers} "${PROJECT_SOURCE_DIR}/src/base/error.cpp")

set(modules index.js index.js.map register.js sdk.js cli/main.js cli/recipes.json undici.js inline.js inline.cjs register.cjs sdk.cjs)
list(TRANSFORM modules PREPEND "${dist}/")
utcp_node(${modules} RUNS modules.js
  READS ${js} "${dist}/core.js" "${dist}/constants.js" "${programs}/source_map.js" "${programs}/../lib/recipes.js" "${PROJECT_SOURCE_DIR}/docs/recipes.md")

# For the type check and for what it declares: what bindings/wasm declares of the glue.
configure_file("${PROJECT_SOURCE_DIR}/bindings/wasm/core.d.ts" "${dist}/core.d.ts" COPYONLY)
configure_file("${PROJECT_SOURCE_DIR}/bindings/wasm/core.d.ts" "${PROJECT_SOURCE_DIR}/build/declarations/dist/core.d.ts" COPYONLY)
set(types "${dist}/types/index.d.ts" "${dist}/types/register.d.ts" "${dist}/types/sdk.d.ts")
utcp_node(${types} RUNS types.js
  READS ${js} "${dist}/core.d.ts" "${dist}/constants.js" "${PROJECT_SOURCE_DIR}/tsconfig.json")

# Written by builds before this one: it would hide constants.js from the type check.
file(REMOVE "${dist}/constants.d.ts")

add_custom_target(types DEPENDS ${types})
add_custom_target(dist ALL DEPENDS ${glue} ${modules} ${types})

# The second is where the page gets the package from, as it is packed.
utcp_node("${PROJECT_SOURCE_DIR}/build/demo/index.html" "${PROJECT_SOURCE_DIR}/web-demo/node_modules/utcp-websocket/package.json" RUNS demo.js
  READS ${glue} ${modules} ${types} ${page} ${js} "${programs}/../lib/modules.js" "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/LICENSE"
    "${PROJECT_SOURCE_DIR}/web-demo/package.json" "${PROJECT_SOURCE_DIR}/web-demo/package-lock.json")
add_custom_target(demo DEPENDS "${PROJECT_SOURCE_DIR}/build/demo/index.html")
