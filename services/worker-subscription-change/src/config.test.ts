import { expect, test } from 'vitest'
import { subscriptionChangeWorkerConfig } from './config.ts'

test('DATABASE_URL is enough: everything else has a default', () => {
  const result = subscriptionChangeWorkerConfig({ DATABASE_URL: 'postgres://app@db/flexprice' })
  expect(result).toMatchObject({
    ok: true,
    config: { healthPort: 9_090, temporal: { namespace: 'default' } },
  })
  expect(result.ok && Object.isFrozen(result.config)).toBe(true)
})

test('everything that is wrong is told, one line a variable', () => {
  expect(subscriptionChangeWorkerConfig({ HEALTH_PORT: 'x', LOG_LEVEL: '' })).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(/^DATABASE_URL: is missing/),
      'HEALTH_PORT: must be a whole number from 0 to 65535',
    ],
  })
})
