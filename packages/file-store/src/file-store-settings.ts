import type { Environment } from '@flexprice/configuration'

export interface FileStoreSettings {
  readonly url: string
}

/** Where files are kept that are brought to be imported. Fits `createFileStore(settings)`. */
export function fileStoreSettings(env: Environment): FileStoreSettings {
  const url = env.url('FILE_STORE_URL', ['file', 's3'], {
    meaning:
      'where files to import are kept: `file:///directory`, for one machine, or `s3://bucket/prefix?region=…&endpoint=…`; without any, a directory of the system for passing files',
    otherwise: undefined,
  })
  return { url: url ?? defaultUrl }
}

/** Shared by the processes of one machine, as `npm run up` starts them; for more machines there has to be a real one. */
const defaultUrl = 'file:///tmp/flexprice-files'
