import { expect, test } from 'vitest'
import { taskProcessingWorkerConfig } from './config.ts'

test('DATABASE_URL is enough: everything else has a default', () => {
  const result = taskProcessingWorkerConfig({ DATABASE_URL: 'postgres://app@db/flexprice' })
  expect(result).toMatchObject({
    ok: true,
    config: {
      files: { url: expect.stringMatching(/^file:/) },
      healthPort: 9_090,
      temporal: { namespace: 'default' },
    },
  })
  expect(result.ok && Object.isFrozen(result.config)).toBe(true)
})

test('everything that is wrong is told, one line a variable', () => {
  expect(taskProcessingWorkerConfig({ FILE_STORE_URL: 'ftp://x', HEALTH_PORT: 'x' })).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(/^DATABASE_URL: is missing/),
      'FILE_STORE_URL: must be a URL that begins with file:// or s3://',
      'HEALTH_PORT: must be a whole number from 0 to 65535',
    ],
  })
})
