// A hash of a leaf or a node must not allocate: the context is a value on the stack. OpenSSL's newer
// interface has it on the heap.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
