/* What Linux tells of its network: what matters, what is noise, what is garbage; and that who listens
 * hears of it. */
#include "driver/network_watch.h"

#include "driver/clock.h"
#include "driver/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#if defined(__linux__) && !defined(PX_NO_NETLINK)

#include "driver/netlink_filter.h"
#include "memory.h"

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* ---- Messages as the kernel makes them ---- */

typedef struct test_message {
    char bytes[512];
    size_t len;
} test_message;

static void add(test_message *message, const void *bytes, size_t len) {
    if (len)
        memcpy(message->bytes + message->len, bytes, len);
    message->len += NLMSG_ALIGN(len);
    uint32_t total = (uint32_t)message->len;
    memcpy(message->bytes, &total, sizeof total); /* nlmsg_len comes first */
}

static void begin(test_message *message, uint16_t type, const void *head, size_t len) {
    memset(message, 0, sizeof *message);
    struct nlmsghdr outer = {.nlmsg_type = type};
    add(message, &outer, sizeof outer);
    add(message, head, len);
}

static void add_attribute(test_message *message, uint16_t type, const void *bytes, size_t len) {
    struct rtattr head = {(uint16_t)(sizeof head + len), type};
    add(message, &head, sizeof head);
    add(message, bytes, len);
}

/* What kind of link it is: an attribute inside of another one. Kinds here have four letters. */
static void add_kind(test_message *message, const char *kind) {
    struct {
        struct rtattr head;
        char name[8];
    } inner = {{sizeof inner.head + 5, IFLA_INFO_KIND}, ""};
    memcpy(inner.name, kind, 4);
    add_attribute(message, IFLA_LINKINFO, &inner, sizeof inner);
}

static test_message link_message(uint16_t type, int index, unsigned flags, unsigned change) {
    test_message message;
    struct ifinfomsg head = {.ifi_index = index, .ifi_flags = flags, .ifi_change = change};
    begin(&message, type, &head, sizeof head);
    add_attribute(&message, IFLA_IFNAME, "eth0", 5);
    return message;
}

static test_message address_message(uint16_t type, const char *address, uint8_t scope,
                                    uint32_t flags) {
    test_message message;
    struct ifaddrmsg head = {.ifa_family = 2, .ifa_scope = scope, .ifa_index = 2};
    begin(&message, type, &head, sizeof head);
    add_attribute(&message, IFA_ADDRESS, address, 4);
    add_attribute(&message, IFA_FLAGS, &flags, sizeof flags);
    return message;
}

static test_message route_message(uint16_t type, uint8_t dst_len, uint32_t table) {
    test_message message;
    struct rtmsg head = {.rtm_family = 2,
                         .rtm_dst_len = dst_len,
                         .rtm_table = RT_TABLE_UNSPEC,
                         .rtm_type = RTN_UNICAST};
    begin(&message, type, &head, sizeof head);
    add_attribute(&message, RTA_TABLE, &table, sizeof table);
    return message;
}

static bool take(px_netlink_filter *filter, test_message message) {
    return px_netlink_filter_take(filter, px_slice_of(message.bytes, message.len));
}

/* ---- The filter ---- */

static void knows_links(void **state) {
    (void)state;
    enum { ON = IFF_UP | IFF_RUNNING };
    px_netlink_filter filter = {0};
    assert_false(take(&filter, link_message(RTM_NEWLINK, 1, IFF_LOOPBACK | ON, IFF_UP)));
    assert_false(take(&filter, link_message(RTM_NEWLINK, 2, ON, 0))); /* a wireless scan */
    assert_false(take(&filter, link_message(RTM_NEWLINK, 2, ON | IFF_PROMISC, IFF_PROMISC)));
    assert_true(take(&filter, link_message(RTM_NEWLINK, 2, IFF_UP, 0))); /* the cable is out */
    assert_false(take(&filter, link_message(RTM_NEWLINK, 2, IFF_UP, 0)));
    assert_true(take(&filter, link_message(RTM_NEWLINK, 2, ON, 0)));
    assert_true(take(&filter, link_message(RTM_NEWLINK, 3, ON, IFF_UP)));
    assert_true(take(&filter, link_message(RTM_DELLINK, 3, ON, UINT32_MAX)));
    assert_false(take(&filter, link_message(RTM_DELLINK, 3, 0, UINT32_MAX)));
    for (int index = 10; index < 10 + 2 * PX_NETLINK_LINKS; index++)
        assert_true(take(&filter, link_message(RTM_NEWLINK, index, ON, IFF_UP)));
}

static void ignores_legs_of_containers(void **state) {
    (void)state;
    px_netlink_filter filter = {0};
    test_message slave = link_message(RTM_NEWLINK, 5, IFF_UP, IFF_UP);
    add_attribute(&slave, IFLA_MASTER, "\7\0\0", 4);
    assert_false(take(&filter, slave));
    test_message leg = link_message(RTM_NEWLINK, 6, IFF_UP, IFF_UP);
    add_kind(&leg, "veth");
    assert_false(take(&filter, leg));
    test_message card = link_message(RTM_NEWLINK, 7, IFF_UP, IFF_UP);
    add_kind(&card, "vlan");
    assert_true(take(&filter, card));
}

static void knows_addresses(void **state) {
    (void)state;
    px_netlink_filter filter = {0};
    assert_true(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\1", RT_SCOPE_UNIVERSE, 0)));
    assert_false(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\1", RT_SCOPE_UNIVERSE, 0)));
    assert_false(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\2", RT_SCOPE_LINK, 0)));
    assert_false(take(&filter, address_message(RTM_NEWADDR, "\177\0\0\1", RT_SCOPE_HOST, 0)));
    assert_false(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\3", 0, IFA_F_TENTATIVE)));
    assert_true(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\3", 0, IFA_F_PERMANENT)));
    assert_true(take(&filter, address_message(RTM_DELADDR, "\12\0\0\1", 0, 0)));
    assert_true(take(&filter, address_message(RTM_NEWADDR, "\12\0\0\1", 0, 0)));
    for (int i = 0; i < 2 * PX_NETLINK_ADDRESSES; i++) {
        const char address[] = {13, 0, (char)(i / 256), (char)(i % 256)};
        assert_true(take(&filter, address_message(RTM_NEWADDR, address, 0, 0)));
    }
}

static void knows_the_default_route(void **state) {
    (void)state;
    px_netlink_filter filter = {0};
    assert_true(take(&filter, route_message(RTM_NEWROUTE, 0, RT_TABLE_MAIN)));
    assert_true(take(&filter, route_message(RTM_DELROUTE, 0, RT_TABLE_MAIN)));
    assert_false(take(&filter, route_message(RTM_NEWROUTE, 24, RT_TABLE_MAIN)));
    assert_false(take(&filter, route_message(RTM_NEWROUTE, 0, RT_TABLE_LOCAL)));
    assert_false(take(&filter, route_message(RTM_NEWROUTE, 0, 4711)));
}

/* Cut anywhere, each byte changed: nothing is read that is not there. */
static void survives_garbage(void **state) {
    (void)state;
    test_message whole = link_message(RTM_NEWLINK, 7, IFF_UP, IFF_UP);
    add_kind(&whole, "vlan");
    test_message more[] = {whole, address_message(RTM_NEWADDR, "\12\0\0\1", 0, 0),
                           route_message(RTM_NEWROUTE, 0, RT_TABLE_MAIN)};
    for (size_t m = 0; m < sizeof more / sizeof more[0]; m++) {
        for (size_t len = 0; len <= more[m].len; len++) {
            for (size_t i = 0; i < len; i++) {
                for (int change = 0; change < 3; change++) {
                    static const char changes[] = {0, 1, (char)0xff};
                    px_netlink_filter filter = {0};
                    test_message damaged = more[m];
                    damaged.bytes[i] = changes[change];
                    test_guarded guarded = test_guard(px_slice_of(damaged.bytes, len));
                    (void)px_netlink_filter_take(&filter, guarded.bytes);
                    test_unguard(&guarded);
                }
            }
        }
    }
}

/* ---- Listening ---- */

typedef struct test_listener {
    px_network_listener listener;
    int heard;
} test_listener;

static void on_changed(px_network_listener *listener) {
    ((test_listener *)(void *)listener)->heard++;
}

/* In a network namespace of its own, so that nothing of the machine is touched. */
static void hears_of_changes(void **state) {
    (void)state;
    static const char *const commands[] = {
        "ip addr add 192.0.2.1/24 dev lo",
        "ip route add default dev lo",
        "ip route del default",
        "ip addr del 192.0.2.1/24 dev lo && ip addr add 192.0.2.2/24 dev lo",
    };
    px_loop *loop;
    test_listener listeners[2] = {{.listener.changed = on_changed},
                                  {.listener.changed = on_changed}};
    assert_int_equal(px_loop_new(&px_malloc_allocator, NULL, &loop), PX_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(px_network_listen(loop, &listeners[i].listener), PX_OK);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        int before = listeners[0].heard;
        assert_int_equal(system(commands[i]), 0);
        for (uint64_t end = px_clock_ms() + 10000; listeners[0].heard == before;) {
            assert_true(px_clock_ms() < end);
            assert_int_equal(px_loop_turn(loop, 100), PX_OK);
        }
        assert_int_equal(listeners[0].heard, before + 1); /* once for a flock of signs */
    }
    assert_int_equal(listeners[1].heard, listeners[0].heard);
    px_network_ignore(loop, &listeners[0].listener);
    px_network_ignore(loop, &listeners[0].listener);
    px_network_ignore(loop, &listeners[1].listener);
    px_loop_free(loop);
}

/* The program itself again, where it may do what it likes; skipped where that is not allowed. A program for
 * another machine is run by who runs this one. */
static void hears_of_changes_elsewhere(void **state) {
    (void)state;
    char program[512];
    char command[1280];
    const char *emulator = getenv("TEST_EMULATOR");
    if (system("unshare -rn ip link set lo up 2>/dev/null") != 0)
        skip();
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    assert_in_range(len, 1, sizeof program - 1);
    program[len] = '\0';
    snprintf(command, sizeof command,
             "unshare -rn sh -c 'ip link set lo up && exec %s \"$0\" inside' \"%s\"",
             emulator ? emulator : "", program);
    assert_int_equal(system(command), 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest inside[] = {cmocka_unit_test(hears_of_changes)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_links),      cmocka_unit_test(ignores_legs_of_containers),
        cmocka_unit_test(knows_addresses),  cmocka_unit_test(knows_the_default_route),
        cmocka_unit_test(survives_garbage), cmocka_unit_test(hears_of_changes_elsewhere),
    };
    if (argc > 1 && strcmp(argv[1], "inside") == 0)
        return cmocka_run_group_tests(inside, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void has_no_source(void **state) {
    (void)state;
    px_loop *loop;
    px_network_listener listener = {0};
    assert_int_equal(px_loop_new(&px_malloc_allocator, NULL, &loop), PX_OK);
    assert_int_equal(px_network_listen(loop, &listener), PX_ERR_SYSTEM);
    px_network_ignore(loop, &listener);
    px_loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(has_no_source)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
