#include "transcript_match.h"

#include "transcript_text.h"

bool transcript_text_matches(px_slice pattern, px_slice text) {
    static const px_slice anything = PX_LITERAL("...");
    size_t head = 0;
    while (head < pattern.len && !px_slice_starts_with(px_slice_after(pattern, head), anything))
        head++;
    if (head == pattern.len)
        return px_slice_equal(pattern, text);
    if (!px_slice_starts_with(text, px_slice_of(pattern.ptr, head)))
        return false;
    px_slice tail = px_slice_after(pattern, head + anything.len);
    for (size_t skipped = head; skipped <= text.len; skipped++)
        if (transcript_text_matches(tail, px_slice_after(text, skipped)))
            return true;
    return false;
}

bool transcript_output_matches(const transcript_output *output, px_slice line) {
    if (line.len == 0 || line.ptr[0] != output->mark)
        return false;
    px_slice rest = px_slice_after(line, 1);
    uint64_t number;
    if (transcript_number(&rest, &number) ? number != output->number : output->ambiguous)
        return false;
    transcript_skip(&rest, " ");
    return transcript_text_matches(rest, px_slice_of_text(output->text));
}
