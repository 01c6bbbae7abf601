/* What LMDB gives a C program that does nothing else: the measure for the event log.

     raw_lmdb append DIR EVENTS BATCH BYTES   durable commits of BATCH values, keys ascending
     raw_lmdb scan DIR                        walks over the events and reads each value
     raw_lmdb verify DIR                      leaf and node hashes of all events, in one thread

   Prints one JSON object. The keys are native-endian 64-bit integers from 1 in the database
   "events", as in the log. */
/* The functions below `EVP`, which cost the least for so small a piece each. */
#define OPENSSL_API_COMPAT 0x10100000L
#include <lmdb.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static void check(int result, const char *what) {
    if (result == 0) return;
    fprintf(stderr, "raw_lmdb: %s: %s\n", what, mdb_strerror(result));
    exit(70);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static MDB_env *open_environment(const char *path, unsigned flags) {
    MDB_env *environment;
    check(mdb_env_create(&environment), "create");
    check(mdb_env_set_mapsize(environment, (size_t)1 << 38), "map size");
    check(mdb_env_set_maxdbs(environment, 16), "databases");
    check(mdb_env_open(environment, path, flags | MDB_NOTLS, 0600), "open");
    return environment;
}

static void print(uint64_t events, uint64_t bytes, double seconds) {
    printf("{\"events\": %llu, \"bytes\": %llu, \"seconds\": %.6f}\n", (unsigned long long)events,
           (unsigned long long)bytes, seconds);
}

static void append(const char *path, uint64_t events, uint64_t batch, size_t size) {
    mkdir(path, 0700);
    MDB_env *environment = open_environment(path, 0);
    MDB_txn *transaction;
    MDB_dbi database;
    check(mdb_txn_begin(environment, NULL, 0, &transaction), "begin");
    check(mdb_dbi_open(transaction, "events", MDB_CREATE | MDB_INTEGERKEY, &database),
          "open events");
    MDB_stat statistics;
    check(mdb_stat(transaction, database, &statistics), "count");
    check(mdb_txn_commit(transaction), "commit");

    uint8_t *value = malloc(size);
    for (size_t index = 0; index < size; index++) value[index] = (uint8_t)(index * 31 + 7);
    uint64_t position = statistics.ms_entries, last = position + events;
    double start = now();
    while (position < last) {
        check(mdb_txn_begin(environment, NULL, 0, &transaction), "begin");
        for (uint64_t count = 0; count < batch && position < last; count++) {
            position++;
            MDB_val key = {sizeof position, &position}, data = {size, value};
            check(mdb_put(transaction, database, &key, &data, MDB_APPEND), "put");
        }
        check(mdb_txn_commit(transaction), "commit");
    }
    print(events, events * size, now() - start);
    mdb_env_close(environment);
    free(value);
}

/* The right edge of an RFC 6962 tree. */
struct frontier {
    uint64_t count;
    int depth;
    uint8_t peaks[64][32];
};

static void hash(uint8_t prefix, const void *first, size_t first_size, const void *second,
                 size_t second_size, uint8_t *out) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, &prefix, 1);
    SHA256_Update(&context, first, first_size);
    if (second) SHA256_Update(&context, second, second_size);
    SHA256_Final(out, &context);
}

static void add_leaf(struct frontier *frontier, const void *value, size_t size) {
    uint8_t node[32];
    hash(0, value, size, NULL, 0, node);
    for (uint64_t rest = frontier->count; rest & 1; rest >>= 1)
        hash(1, frontier->peaks[--frontier->depth], 32, node, 32, node);
    memcpy(frontier->peaks[frontier->depth++], node, 32);
    frontier->count++;
}

static void walk(const char *path, int hashes) {
    MDB_env *environment = open_environment(path, MDB_RDONLY);
    MDB_txn *transaction;
    MDB_dbi database;
    MDB_cursor *cursor;
    check(mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction), "begin");
    check(mdb_dbi_open(transaction, "events", MDB_INTEGERKEY, &database), "open events");
    check(mdb_cursor_open(transaction, database, &cursor), "cursor");
    struct frontier frontier = {0};
    uint64_t events = 0, bytes = 0, sum = 0;
    MDB_val key, value;
    double start = now();
    int result = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (result == 0) {
        if (hashes) add_leaf(&frontier, value.mv_data, value.mv_size);
        else
            for (size_t at = 0; at < value.mv_size; at += 64) sum += ((uint8_t *)value.mv_data)[at];
        events++;
        bytes += value.mv_size;
        result = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (result != 0 && result != MDB_NOTFOUND) check(result, "scan");
    double seconds = now() - start;
    print(events, bytes, seconds);
    /* So that no compiler leaves out the reading. */
    fprintf(stderr, "%llu\n", (unsigned long long)(sum + frontier.peaks[0][0]));
    mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    mdb_env_close(environment);
}

int main(int count, char **arguments) {
    const char *mode = count > 2 ? arguments[1] : "";
    const char *path = count > 2 ? arguments[2] : "";
    if (strcmp(mode, "append") == 0 && count == 6) {
        append(path, strtoull(arguments[3], NULL, 10), strtoull(arguments[4], NULL, 10),
               strtoull(arguments[5], NULL, 10));
    } else if (strcmp(mode, "scan") == 0 && count == 3) {
        walk(path, 0);
    } else if (strcmp(mode, "verify") == 0 && count == 3) {
        walk(path, 1);
    } else {
        fprintf(stderr, "usage: raw_lmdb append DIR EVENTS BATCH BYTES | scan DIR | verify DIR\n");
        return 64;
    }
    return 0;
}
