// Writes compressed twins (.br, .gz) beside files that are fetched over the network: `pusher serve`, nginx
// and others send them as they are to clients that take them.
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return promisify(brotliCompress)(bytes, { params });
}

export const gzipped = (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION });

export async function writeCompressed(path) {
  const bytes = await readFile(path);
  await Promise.all([
    brotli(bytes).then((made) => writeFile(`${path}.br`, made)),
    gzipped(bytes).then((made) => writeFile(`${path}.gz`, made)),
  ]);
}
