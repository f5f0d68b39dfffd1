import { fileURLToPath } from 'node:url'
import { createDirectoryStore } from './directory-store.ts'
import type { FileStore } from './file-store.ts'
import type { FileStoreSettings } from './file-store-settings.ts'
import { createS3Store } from './s3-store.ts'

export function createFileStore({ url }: FileStoreSettings): FileStore {
  const address = new URL(url)
  return address.protocol === 's3:' ? createS3Store(address) : createDirectoryStore(fileURLToPath(address))
}
