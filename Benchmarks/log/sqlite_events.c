/* An events table in SQLite, as durable as the event log: WAL, and every commit synced.

     sqlite_events append FILE EVENTS BATCH BYTES     commits of BATCH rows
     sqlite_events singles FILE SECONDS BYTES         commits of one row, for so long

   Prints one JSON object. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const schema =
    "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL,"
    " revision INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (stream, revision))";

/* One connection, with what it runs again and again. */
struct table {
    sqlite3 *database;
    sqlite3_stmt *begin, *insert, *commit;
    int64_t revision;
    uint8_t *payload;
    int size;
};

static void check(struct table *table, int result, const char *what) {
    if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return;
    fprintf(stderr, "sqlite_events: %s: %s\n", what, sqlite3_errmsg(table->database));
    exit(70);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static sqlite3_stmt *prepare(struct table *table, const char *text) {
    sqlite3_stmt *statement;
    check(table, sqlite3_prepare_v2(table->database, text, -1, &statement, NULL), text);
    return statement;
}

/* The first column of the first row. */
static int64_t ask(struct table *table, const char *text, char *answer, size_t size) {
    sqlite3_stmt *statement = prepare(table, text);
    check(table, sqlite3_step(statement), text);
    if (answer) snprintf(answer, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void run(struct table *table, sqlite3_stmt *statement, const char *what) {
    check(table, sqlite3_step(statement), what);
    sqlite3_reset(statement);
}

static struct table open_table(const char *path, int size) {
    struct table table = {.size = size, .payload = malloc(size)};
    for (int index = 0; index < size; index++) table.payload[index] = (uint8_t)(index * 31 + 7);
    check(&table, sqlite3_open(path, &table.database), "open");
    char mode[8];
    ask(&table, "PRAGMA journal_mode = WAL", mode, sizeof mode);
    check(&table, sqlite3_exec(table.database, "PRAGMA synchronous = FULL", NULL, NULL, NULL),
          "synchronous");
    if (strcmp(mode, "wal") != 0 || ask(&table, "PRAGMA synchronous", NULL, 0) != 2) {
        fprintf(stderr, "sqlite_events: not in WAL mode with full syncs\n");
        exit(70);
    }
    check(&table, sqlite3_exec(table.database, schema, NULL, NULL, NULL), "schema");
    table.revision = ask(&table, "SELECT coalesce(max(revision), 0) FROM events", NULL, 0);
    table.begin = prepare(&table, "BEGIN IMMEDIATE");
    table.insert = prepare(
        &table, "INSERT INTO events (stream, revision, payload) VALUES ('bench/0', ?, ?)");
    table.commit = prepare(&table, "COMMIT");
    return table;
}

static void close_table(struct table *table) {
    sqlite3_finalize(table->begin);
    sqlite3_finalize(table->insert);
    sqlite3_finalize(table->commit);
    sqlite3_close(table->database);
    free(table->payload);
}

static void append(struct table *table, uint64_t count) {
    run(table, table->begin, "begin");
    while (count-- > 0) {
        table->revision++;
        sqlite3_bind_int64(table->insert, 1, table->revision);
        sqlite3_bind_blob(table->insert, 2, table->payload, table->size, SQLITE_STATIC);
        run(table, table->insert, "insert");
    }
    run(table, table->commit, "commit");
}

static void batches(struct table *table, uint64_t events, uint64_t batch) {
    uint64_t rounds = events / batch;
    double start = now();
    for (uint64_t round = 0; round < rounds; round++) append(table, batch);
    printf("{\"events\": %llu, \"seconds\": %.6f}\n", (unsigned long long)(rounds * batch),
           now() - start);
}

static int compare(const void *first, const void *second) {
    double difference = *(const double *)first - *(const double *)second;
    return (difference > 0) - (difference < 0);
}

static void singles(struct table *table, double duration) {
    size_t count = 0, capacity = 1 << 20;
    double *times = malloc(capacity * sizeof *times);
    double start = now(), end = start;
    while (end < start + duration && count < capacity) {
        double begun = end;
        append(table, 1);
        end = now();
        times[count++] = (end - begun) * 1000;
    }
    qsort(times, count, sizeof *times, compare);
    printf("{\"events\": %zu, \"seconds\": %.6f, \"p50\": %.6f, \"p99\": %.6f}\n", count,
           end - start, times[count / 2], times[count * 99 / 100]);
    free(times);
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    struct table table;
    if (strcmp(mode, "append") == 0 && count == 6) {
        table = open_table(arguments[2], atoi(arguments[5]));
        batches(&table, strtoull(arguments[3], NULL, 10), strtoull(arguments[4], NULL, 10));
    } else if (strcmp(mode, "singles") == 0 && count == 5) {
        table = open_table(arguments[2], atoi(arguments[4]));
        singles(&table, strtod(arguments[3], NULL));
    } else {
        fprintf(stderr, "usage: sqlite_events append FILE EVENTS BATCH BYTES | "
                        "singles FILE SECONDS BYTES\n");
        return 64;
    }
    close_table(&table);
    return 0;
}
