// The error that travels up: one text and one kind, logged or answered once, at the top.
// Every other part of core/ and common/ that can fail takes a `struct err *` as its last argument.
#ifndef THIDUA_CORE_ERR_H
#define THIDUA_CORE_ERR_H

// What the caller should do about it (style.md): answer it, try again, or end the process.
enum err_kind {
    ERR_NONE = 0,
    ERR_REJECT, // the other side's fault: final, has a stable code
    ERR_RETRY,  // transient: the same call may succeed later
    ERR_DIE,    // our own bug or a broken installation
};

struct err {
    enum err_kind kind;
    char code[32]; // stable word for programs: "overflow", "owner_absent"
    char text[512];
};

// Fills `err` (which may be NULL) and returns -1, so that a failure is one line:
//     return err_set (err, ERR_REJECT, "overflow", "sum of %s of unit %s is too large", …);
__attribute__((format(printf, 4, 5))) int err_set(struct err *err, enum err_kind kind,
                                                  const char *code, const char *format, ...);

#endif
