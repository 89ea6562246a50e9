// cmocka and what it needs before it.
#ifndef THIDUA_TESTS_CMOCKA_ALL_H
#define THIDUA_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST_COUNT(list) (sizeof(list) / sizeof((list)[0]))

#endif
