#include "server/host_date.h"

#include <string.h>

static void put_number(char *out, int value, int digits) {
    while (digits-- > 0) {
        out[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

size_t px_date(time_t when, char out[PX_DATE_LENGTH]) {
    struct tm date;
    if (!gmtime_r(&when, &date))
        date = (struct tm){.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
    memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", PX_DATE_LENGTH);
    memcpy(out, &"SunMonTueWedThuFriSat"[3 * date.tm_wday], 3);
    put_number(out + 5, date.tm_mday, 2);
    memcpy(out + 8, &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * date.tm_mon], 3);
    put_number(out + 12, date.tm_year + 1900, 4);
    put_number(out + 17, date.tm_hour, 2);
    put_number(out + 20, date.tm_min, 2);
    put_number(out + 23, date.tm_sec, 2);
    return PX_DATE_LENGTH;
}
