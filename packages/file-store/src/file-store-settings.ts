import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  if (url !== undefined && URL.canParse(url)) {
    const address = new URL(url)
    const check = { 'file:': directoryProblem, 's3:': bucketProblem }[address.protocol]
    const problem = check?.(address)
    if (problem !== undefined) env.problem('FILE_STORE_URL', problem)
  }
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
/** It is made when it is needed, so what there is of its path has to be directories. */
function directoryProblem(address: URL): string | undefined {
  if (address.host !== '' || address.search !== '' || address.hash !== '') {
    return 'must be file:/// and an absolute path, and nothing more'
  }
  for (let path = fileURLToPath(address); ; path = dirname(path)) {
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.isDirectory()) return undefined
    if (there) return `${path} is no directory`
  }
}

const bucketParameters = new Set(['region', 'endpoint'])

function bucketProblem({ hostname, username, password, port, hash, searchParams }: URL): string | undefined {
  if (username !== '' || password !== '') {
    return "must not hold keys: they come by the S3 client's own ways, as AWS_ACCESS_KEY_ID"
  }
  if (hostname === '') return 'must name a bucket: s3://bucket'
  const unknown = [...searchParams.keys()].filter((name) => !bucketParameters.has(name))
  if (port !== '' || hash !== '' || unknown.length > 0) {
    return `takes region and endpoint behind the bucket and its prefix, not ${unknown.join(', ') || 'a port or a fragment'}`
  }
  const endpoint = searchParams.get('endpoint')
  if (endpoint !== null && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    return 'its endpoint must be a URL that begins with http:// or https://'
  }
  return undefined
}
