import { Readable } from 'node:stream'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { CodedError, notFound } from '@flexprice/domain'
import { type FileStore, isDay } from './file-store.ts'

/** Two pieces of this size are in memory for each file that is written. S3 takes 10,000 of them: 80 GB. */
const partBytes = 8 * 1024 * 1024
const partsAtOnce = 2

/**
 * A bucket of S3, or of what speaks like it: `s3://bucket/prefix?region=eu-central-1&endpoint=https://host`. Keys and
 * secrets come by the SDK's own ways (environment, profile, role), never by the address.
 */
export function createS3Store(address: URL): FileStore {
  const bucket = address.host
  const path = address.pathname.replace(/^\/|\/$/g, '')
  const prefix = path === '' ? '' : `${path}/`
  const client = s3Client(address)
  return {
    async write(key, content) {
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: prefix + key, Body: content },
        partSize: partBytes,
        queueSize: partsAtOnce,
        leavePartsOnError: false,
      })
      // A source that breaks ends the upload, whose parts are deleted.
      content.once('error', () => void upload.abort())
      await upload.done().catch((error: unknown) => {
        throw content.errored ?? storeError(error, key)
      })
    },
    async open(key, from) {
      try {
        const { Body } = await client.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: prefix + key,
            ...(from > 0 && { Range: `bytes=${from}-` }),
          }),
        )
        if (!(Body instanceof Readable)) throw new Error('S3 answered without a stream')
        return Body
      } catch (error) {
        // Asked from its end on: there is nothing more to read.
        if (nameOf(error) === 'InvalidRange') return Readable.from([])
        throw storeError(error, key)
      }
    },
    days: () => daysOf(client, bucket, prefix),
    deleteDay: (day) => deleteAll(client, bucket, `${prefix}${day}/`),
    async ping() {
      await client.send(new HeadBucketCommand({ Bucket: bucket }))
    },
  }
}

function s3Client(address: URL): S3Client {
  const endpoint = address.searchParams.get('endpoint')
  const region = address.searchParams.get('region')
  return new S3Client({
    ...(region !== null && { region }),
    // What is not Amazon's has its buckets in the path, and knows no checksums beside the required ones.
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

async function daysOf(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const days: string[] = []
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page: ListObjectsV2CommandOutput = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token }),
    )
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) days.push(Prefix.slice(prefix.length, -1))
    token = page.NextContinuationToken
  }
  return days.filter(isDay).sort()
}

async function deleteAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page: ListObjectsV2CommandOutput = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    )
    const objects = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]))
    if (objects.length > 0) {
      await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
      )
    }
    token = page.NextContinuationToken
  }
}

function storeError(error: unknown, key: string): unknown {
  const name = nameOf(error)
  if (name === 'NoSuchKey' || name === 'NotFound') return notFound('File', key)
  return new CodedError('service_unavailable', 'The file store cannot be reached', { cause: error })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
