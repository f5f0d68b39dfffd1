import type { Environment } from '@flexprice/configuration'
import type { WebFileSettings } from './web/web-files.ts'

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

/** Of files that are imported from an `https://` address. */
export function webFileSettings(env: Environment): WebFileSettings {
  return {
    bytesMax: env.integer('FILE_URL_BYTES_MAX', {
      meaning: 'size of one file that is read from a `file_url`',
      unit: 'bytes',
      otherwise: 10 * 1024 ** 3,
      min: 1,
      max: 1024 ** 4,
    }),
    allowLoopback:
      env.oneOf('FILE_URL_LOOPBACK', ['refuse', 'allow'], {
        meaning:
          'whether a `file_url` may lead to the machine itself, by http, too: for development. Private networks are refused in any case',
        otherwise: 'refuse',
      }) === 'allow',
  }
}
