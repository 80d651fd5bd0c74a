/* What proxies say in headers. A request that names no address must not become less local, and the
 * address that is found must have come from the text. */
#include "fuzz.h"
#include "server/forwarded.h"

static px_forwarded read_guarded(px_slice lines, const px_ip_ranges *trusted) {
    fuzz_copy copy = fuzz_copy_of(lines);
    px_forwarded found = px_forwarded_read(copy.bytes, trusted);
    fuzz_copy_free(&copy);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice lines = px_slice_of((const char *)data, size);
    px_ip_range some;
    px_ip_range all;
    FUZZ_CHECK(px_ip_range_parse(PX_SLICE("10.0.0.0/8"), &some));
    FUZZ_CHECK(px_ip_range_parse(PX_SLICE("::/0"), &all));
    px_forwarded nobody = read_guarded(lines, &(px_ip_ranges){0});
    px_forwarded few = read_guarded(lines, &(px_ip_ranges){&some, 1});
    px_forwarded everybody = read_guarded(lines, &(px_ip_ranges){&all, 1});
    /* Trust decides which address counts, not what is written. */
    FUZZ_CHECK(nobody.is_all_local == few.is_all_local);
    FUZZ_CHECK(nobody.is_all_local == everybody.is_all_local);
    FUZZ_CHECK(!nobody.is_https || nobody.has_proto);
    if (nobody.is_all_local && nobody.has_client)
        FUZZ_CHECK(px_ip_is_loopback(nobody.client) && everybody.has_client);
    return 0;
}
