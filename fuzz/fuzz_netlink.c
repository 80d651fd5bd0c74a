/* What Linux tells of its network: datagrams, each with its length in front, to a filter that remembers. None
 * is read beyond its end. */
#include "driver/netlink_filter.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_netlink_filter filter = {0};
    px_slice input = px_slice_of((const char *)data, size);
    while (input.len > 0) {
        size_t len = (unsigned char)input.ptr[0];
        input = px_slice_after(input, 1);
        if (len > input.len)
            len = input.len;
        fuzz_copy datagram = fuzz_copy_of(px_slice_of(input.ptr, len));
        (void)!px_netlink_filter_take(&filter, datagram.bytes);
        input = px_slice_after(input, len);
        fuzz_copy_free(&datagram);
    }
    return 0;
}
