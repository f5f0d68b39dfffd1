/**
 * Files of rows (CSV, NDJSON, a JSON array; each also gzip) as a stream of pages, in the memory of one page: every row
 * with its number in the file, every page with the bytes at which it begins and ends, so that whoever stops after one
 * goes on there. It must never know what a row means, nor where the file lies.
 */
export { csvCells } from './csv-cells.ts'
export { type FileFormat, type FileLayout, readLayout } from './file-layout.ts'
export type { Place } from './place.ts'
export { type OpenFile, plainBytes } from './plain-bytes.ts'
export { type FilePage, type FileRow, type PageLimits, readPages, startOf } from './read-pages.ts'
