# What `cmake --install` puts beside the programs; programs and catalogues install themselves.
install(DIRECTORY "${CMAKE_SOURCE_DIR}/sql/" DESTINATION "${CMAKE_INSTALL_DATADIR}/thidua/sql"
  OPTIONAL FILES_MATCHING PATTERN "*.sql" PATTERN "*.txt")

install(FILES "${CMAKE_SOURCE_DIR}/systemd/thidua-server.service" "${CMAKE_SOURCE_DIR}/systemd/thidua-worker.service"
  DESTINATION lib/systemd/system)

foreach(section 1 5 7 8)
  file(GLOB pages CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/docs/man/*.${section}" "${CMAKE_SOURCE_DIR}/docs/*.${section}")
  if(pages)
    install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
  endif()
endforeach()
