#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const sim_channel_names[SIM_CHANNELS] = {
    "news",          "cache-news",       "private-chat",        "private-cache-mail",
    "presence-room", "presence-cache-b", "private-encrypted-x", "private-encrypted-cache-y",
};

#define SETTING(NAME, name, plain, low, high, one_in) {name, plain, low, high, one_in},
const sim_setting sim_world_settings[SIM_W_COUNT] = {SIM_WORLD_SETTINGS(SETTING)};
const sim_setting sim_client_settings[SIM_C_COUNT] = {SIM_CLIENT_SETTINGS(SETTING)};

static const struct {
    const char *name;
    uint32_t weight;
    sim_argument first;
    uint32_t first_limit;
    sim_argument second;
    uint32_t second_limit;
    bool of_client;
} op_table[SIM_OP_COUNT] = {
#define OP(NAME, ...) {__VA_ARGS__},
    SIM_OPS(OP)};

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t sim_random(uint64_t *state, uint64_t limit) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % limit;
}

/* ---- Drawing ---- */

static void draw_settings(const sim_setting *table, size_t count, uint32_t *values,
                          uint64_t *random) {
    for (size_t i = 0; i < count; i++) {
        const sim_setting *setting = &table[i];
        values[i] = setting->plain;
        if (sim_random(random, setting->one_in) == 0)
            values[i] =
                setting->low + (uint32_t)sim_random(random, setting->high - setting->low + 1);
    }
}

/* Each plan has a taste of its own: some operations are frequent in it, others never come, and it is about a
 * few channels. So episodes differ more than if each had a bit of everything. */
typedef struct sim_taste {
    uint32_t weights[SIM_OP_COUNT];
    uint32_t total;
    uint32_t channels[3];
} sim_taste;

static void draw_taste(sim_taste *taste, uint64_t *random) {
    static const uint32_t factors[] = {0, 1, 1, 4};
    *taste = (sim_taste){.total = 0};
    for (size_t i = 0; i < SIM_OP_COUNT; i++) {
        bool is_needed = i == SIM_OP_CONNECT || i == SIM_OP_SUBSCRIBE || i == SIM_OP_PUBLISH;
        uint32_t factor = factors[sim_random(random, 4)];
        taste->weights[i] = op_table[i].weight * (is_needed && !factor ? 1 : factor);
        taste->total += taste->weights[i];
    }
    for (size_t i = 0; i < 3; i++)
        taste->channels[i] = (uint32_t)sim_random(random, SIM_CHANNELS);
}

static sim_op_kind draw_kind(const sim_taste *taste, uint64_t *random) {
    uint64_t chosen = sim_random(random, taste->total);
    sim_op_kind kind = 0;
    while (chosen >= taste->weights[kind])
        chosen -= taste->weights[kind++];
    return kind;
}

static uint32_t draw_argument(const sim_taste *taste, sim_argument kind, uint32_t limit,
                              uint64_t *random) {
    if (kind == SIM_CHANNEL && sim_random(random, 8))
        return taste->channels[sim_random(random, 3)];
    return (uint32_t)sim_random(random, limit + 1);
}

static void draw_op(sim_plan *plan, const sim_taste *taste, uint64_t *random, uint32_t *at_ms) {
    /* Most things come close together: that is where the trouble is. */
    static const uint32_t pauses[] = {1, 10, 50, 200, 1000, 5000, 30000};
    sim_op *op = &plan->ops[plan->op_count++];
    *at_ms += (uint32_t)sim_random(random, pauses[sim_random(random, 7)] + 1);
    *op = (sim_op){.at_ms = *at_ms, .kind = draw_kind(taste, random)};
    if (op_table[op->kind].of_client)
        op->client = (uint32_t)sim_random(random, plan->world[SIM_W_CLIENTS]);
    op->first =
        draw_argument(taste, op_table[op->kind].first, op_table[op->kind].first_limit, random);
    op->second =
        draw_argument(taste, op_table[op->kind].second, op_table[op->kind].second_limit, random);
}

void sim_plan_draw(sim_plan *plan, uint64_t seed) {
    uint64_t random = seed;
    uint32_t at_ms = 0;
    sim_taste taste;
    *plan = (sim_plan){.seed = seed};
    draw_settings(sim_world_settings, SIM_W_COUNT, plan->world, &random);
    for (size_t i = 0; i < SIM_MAX_CLIENTS; i++)
        draw_settings(sim_client_settings, SIM_C_COUNT, plan->client[i], &random);
    draw_taste(&taste, &random);
    for (uint32_t i = 0; i < plan->world[SIM_W_CLIENTS]; i++) {
        at_ms += (uint32_t)sim_random(&random, 100);
        plan->ops[plan->op_count++] = (sim_op){.at_ms = at_ms, .kind = SIM_OP_CONNECT, .client = i};
    }
    size_t count = 6 + (size_t)sim_random(&random, SIM_MAX_OPS - SIM_MAX_CLIENTS - 6);
    while (plan->op_count < count)
        draw_op(plan, &taste, &random, &at_ms);
}

bool sim_op_is_of_client(const sim_op *op) {
    return op_table[op->kind].of_client;
}

uint64_t sim_plan_end(const sim_plan *plan) {
    uint64_t end = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        const sim_op *op = &plan->ops[i];
        uint64_t lasts = op_table[op->kind].first == SIM_DURATION ? op->first : 0;
        if (op->at_ms + lasts > end)
            end = op->at_ms + lasts;
    }
    return end;
}

/* ---- Printing ---- */

static void print_argument(sim_argument kind, uint32_t value, FILE *out) {
    if (kind == SIM_CHANNEL)
        (void)fprintf(out, " %s", sim_channel_names[value]);
    else if (kind != SIM_NOTHING)
        (void)fprintf(out, " %" PRIu32, value);
}

void sim_op_print(const sim_op *op, FILE *out) {
    (void)fprintf(out, "at %" PRIu32 " ", op->at_ms);
    if (op_table[op->kind].of_client)
        (void)fprintf(out, "client %" PRIu32 " ", op->client);
    (void)fprintf(out, "%s", op_table[op->kind].name);
    print_argument(op_table[op->kind].first, op->first, out);
    print_argument(op_table[op->kind].second, op->second, out);
}

static void print_settings(const sim_setting *table, size_t count, const uint32_t *values,
                           FILE *out) {
    for (size_t i = 0; i < count; i++)
        if (values[i] != table[i].plain)
            (void)fprintf(out, " %s=%" PRIu32, table[i].name, values[i]);
    (void)fprintf(out, "\n");
}

void sim_plan_print(const sim_plan *plan, FILE *out) {
    (void)fprintf(out, "seed %" PRIu64 "\nworld", plan->seed);
    print_settings(sim_world_settings, SIM_W_COUNT, plan->world, out);
    for (uint32_t i = 0; i < plan->world[SIM_W_CLIENTS]; i++) {
        (void)fprintf(out, "client %" PRIu32, i);
        print_settings(sim_client_settings, SIM_C_COUNT, plan->client[i], out);
    }
    for (size_t i = 0; i < plan->op_count; i++) {
        sim_op_print(&plan->ops[i], out);
        (void)fprintf(out, "\n");
    }
}

/* ---- Reading ---- */

static const char *next_word(void) {
    return strtok(NULL, " \n");
}

static bool read_number(const char *word, uint64_t limit, uint64_t *value) {
    char *end;
    if (!word)
        return false;
    *value = strtoull(word, &end, 10);
    return end != word && *end == '\0' && *value <= limit;
}

static bool read_u32(const char *word, uint32_t limit, uint32_t *value) {
    uint64_t number;
    if (!read_number(word, limit, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

static bool read_settings(const sim_setting *table, size_t count, uint32_t *values) {
    for (const char *word; (word = next_word());) {
        size_t i = 0;
        size_t len = strcspn(word, "=");
        while (i < count && (strlen(table[i].name) != len || memcmp(table[i].name, word, len)))
            i++;
        if (i == count || word[len] != '=' ||
            !read_u32(word + len + 1,
                      table[i].high > table[i].plain ? table[i].high : table[i].plain, &values[i]))
            return false;
    }
    return true;
}

static bool read_argument(sim_argument kind, uint32_t limit, uint32_t *value) {
    if (kind == SIM_NOTHING)
        return true;
    const char *word = next_word();
    if (kind != SIM_CHANNEL)
        return read_u32(word, limit, value);
    for (*value = 0; word && *value < SIM_CHANNELS; ++*value)
        if (!strcmp(word, sim_channel_names[*value]))
            return true;
    return false;
}

static bool read_op(sim_plan *plan) {
    sim_op op = {0};
    if (plan->op_count == SIM_MAX_OPS || !read_u32(next_word(), UINT32_MAX, &op.at_ms))
        return false;
    const char *word = next_word();
    if (word && !strcmp(word, "client")) {
        if (!read_u32(next_word(), SIM_MAX_CLIENTS - 1, &op.client))
            return false;
        word = next_word();
    }
    while (word && op.kind < SIM_OP_COUNT && strcmp(word, op_table[op.kind].name))
        op.kind++;
    if (!word || op.kind == SIM_OP_COUNT ||
        !read_argument(op_table[op.kind].first, op_table[op.kind].first_limit, &op.first) ||
        !read_argument(op_table[op.kind].second, op_table[op.kind].second_limit, &op.second))
        return false;
    plan->ops[plan->op_count++] = op;
    return true;
}

static bool read_line(sim_plan *plan, char *text) {
    uint32_t client;
    const char *word = strtok(text, " \n");
    if (!word || word[0] == '#')
        return true;
    if (!strcmp(word, "seed"))
        return read_number(next_word(), UINT64_MAX, &plan->seed);
    if (!strcmp(word, "world"))
        return read_settings(sim_world_settings, SIM_W_COUNT, plan->world);
    if (!strcmp(word, "client"))
        return read_u32(next_word(), SIM_MAX_CLIENTS - 1, &client) &&
               read_settings(sim_client_settings, SIM_C_COUNT, plan->client[client]);
    return !strcmp(word, "at") && read_op(plan);
}

bool sim_plan_read(sim_plan *plan, FILE *in, int *line) {
    char text[512];
    *plan = (sim_plan){0};
    for (size_t i = 0; i < SIM_W_COUNT; i++)
        plan->world[i] = sim_world_settings[i].plain;
    for (size_t client = 0; client < SIM_MAX_CLIENTS; client++)
        for (size_t i = 0; i < SIM_C_COUNT; i++)
            plan->client[client][i] = sim_client_settings[i].plain;
    for (*line = 1; fgets(text, sizeof(text), in); ++*line)
        if (!read_line(plan, text))
            return false;
    return true;
}
