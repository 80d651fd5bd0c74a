# Installs BUILD into the folder TREE, afresh, and then moves it: nothing may remember where it was.
file(REMOVE_RECURSE ${TREE} ${TREE}.first)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${TREE}.first
  COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${TREE}.first ${TREE})
