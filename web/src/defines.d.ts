/* What the bundler puts in the place of these names. */

declare const __VERSION__: string;
/** Where the versioned folders of a self-hosted distribution are; empty: beside the script itself. */
declare const __CDN_HTTP__: string;
declare const __CDN_HTTPS__: string;
/** '.min' in minified files, which load minified files. */
declare const __DEPENDENCY_SUFFIX__: string;
