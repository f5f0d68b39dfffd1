import { readConfig } from '@flexprice/configuration'
import { expect, test } from 'vitest'
import { fileStoreSettings } from './file-store-settings.ts'

const problemsOf = (url: string) => {
  const result = readConfig({ FILE_STORE_URL: url }, fileStoreSettings)
  return result.ok ? [] : result.problems
}
const thisFile = new URL(import.meta.url).href

test.each([
  'file:///tmp/files/that/are/not/there/yet',
  's3://bucket',
  's3://bucket/a/prefix?region=eu-central-1&endpoint=https%3A%2F%2Fhost%3A9000',
])('%s is taken', (url) => {
  expect(problemsOf(url)).toEqual([])
})

test.each([
  ['ftp://host/files', 'must be a URL that begins with file:// or s3://'],
  ['file://files', 'must be file:/// and an absolute path'],
  [thisFile, 'is no directory'],
  [`${thisFile}/files`, 'file-store-settings.test.ts is no directory'],
  ['s3:///prefix', 'must name a bucket'],
  ['s3://key:secret@bucket', 'must not hold keys'],
  ['s3://bucket?regoin=eu-central-1', 'not regoin'],
  ['s3://bucket?endpoint=host:9000', 'its endpoint must be a URL that begins with http:// or https://'],
])('%s is refused: it %s', (url, problem) => {
  expect(problemsOf(url)).toEqual([expect.stringMatching(/^FILE_STORE_URL: /)])
  expect(problemsOf(url)[0]).toContain(problem)
})
