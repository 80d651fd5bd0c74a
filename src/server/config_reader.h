/* Reading a configuration: the state, and how mistakes in it are told. config_value.c reads single
 * values, config_object.c objects by their schema, config_schema.c says which objects there are. */
#ifndef PX_SERVER_CONFIG_READER_H
#define PX_SERVER_CONFIG_READER_H

#include "base/map.h"
#include "server/server.h"
#include "json/reader.h"

typedef struct px_config {
    const char *name; /* of the file */
    px_json_reader reader;
    px_arena *arena;
    px_map ids;  /* of the apps so far */
    px_map keys; /* of the apps and tokens so far */
    char *why;
    size_t size;
} px_config;

/* What the value of a setting is. Those of the tables, by their names there. */
typedef enum px_config_type {
    PX_CONFIG_TEXT,
    PX_CONFIG_URL,
    PX_CONFIG_NUMBER,
    PX_CONFIG_FLAG,
    PX_CONFIG_LIST,
    PX_CONFIG_HEADERS,
    PX_CONFIG_KINDS,
    PX_CONFIG_FILTER,
    PX_CONFIG_TOKENS,
    PX_CONFIG_WEBHOOKS,
    PX_CONFIG_APPS,
    PX_CONFIG_TYPE_COUNT
} px_config_type;

typedef struct px_config_setting {
    px_config_type type;
    px_slice name;
    size_t offset; /* in the options that the schema describes */
    uint32_t minimum;
    uint32_t maximum;
} px_config_setting;

/* Another name for a setting, whose value counts `factor` times. */
typedef struct px_config_alias {
    px_slice name;
    px_slice setting;
    uint32_t factor;
} px_config_alias;

/* An object that can stand in the file. */
typedef struct px_config_schema {
    const px_config_setting *settings;
    const px_config_alias *aliases;
    size_t setting_count; /* at most PX_CONFIG_MAX_SETTINGS */
    size_t alias_count;
    /* Of a list of such objects: */
    size_t size;  /* of the options */
    size_t least; /* there must be at least so many */
    void (*set_default)(void *options);
    /* Looks at an object that was read; `at` is where it begins. */
    int (*check)(px_config *this, const void *options, size_t at);
} px_config_schema;

enum { PX_CONFIG_MAX_SETTINGS = 64 }; /* they are bits of a word */

/* The whole file, and what a setting of that type holds (NULL: no object). */
extern const px_config_schema px_config_root;
const px_config_schema *px_config_schema_of(px_config_type type);

/* Where the token that was read last begins. */
size_t px_config_token_start(const px_json_reader *reader, px_json_token token);

/* Writes "FILE:LINE:COLUMN: " and the sentence; PX_ERR_SYNTAX. Columns count characters. */
int px_config_fail(const px_config *this, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What the arena or a map said. */
int px_config_fail_memory(const px_config *this, int result);

/* What the reader of JSON says. */
int px_config_fail_json(const px_config *this);

/* The value, whose first token that is, is not what the setting called `name` must be. The value
 * itself is not repeated: it may be a secret. */
int px_config_fail_type(const px_config *this, px_slice name, px_json_token token,
                        const char *wanted);

/* The KEY or STRING just read, unescaped, in the arena. */
PX_MUST_CHECK int px_config_copy_text(px_config *this, px_slice *out);

/* Begins the list whose first token that is: makes room for its elements, `size` bytes each, with
 * nothing in them. */
PX_MUST_CHECK int px_config_begin_list(px_config *this, px_slice name, px_json_token token,
                                       const char *wanted, size_t size, void **items,
                                       size_t *count);

/* Reads a value that is no object and no list of them into `field`. `alias` NULL: the setting was
 * called by its own name. */
PX_MUST_CHECK int px_config_read_value(px_config *this, const px_config_setting *wanted,
                                       const px_config_alias *alias, void *field);

/* Reads an object that has just begun. */
PX_MUST_CHECK int px_config_read_object(px_config *this, const px_config_schema *schema,
                                        void *options);

#endif
