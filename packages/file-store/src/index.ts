/**
 * Where files lie that are brought to be imported: a directory, a bucket of S3, or somebody else's address. They are written and read as
 * streams, in the memory of one piece. It must never know what is in a file, nor whose it is.
 */
export { createFileStore } from './create-file-store.ts'
export { type FileStore, fileKey, purgeOldFiles } from './file-store.ts'
export { type FileStoreSettings, fileStoreSettings, webFileSettings } from './file-store-settings.ts'
export { expectPublicUrl } from './web/public-address.ts'
export { createWebFiles, type SeenWebFile, type WebFileSettings, type WebFiles } from './web/web-files.ts'
