import { expect, test } from 'vitest'
import { gatewayConfig } from './config.ts'

const needed = { DATABASE_URL: 'postgres://app@localhost/flexprice' }

test('defaults for all but where the database is', () => {
  const result = gatewayConfig(needed)
  expect(result).toMatchObject({
    ok: true,
    config: {
      port: 8_080,
      metricsPort: 9_090,
      host: '0.0.0.0',
      rateLimitPerSecond: 1_000,
      waitMsMax: 25_000,
      database: { statementTimeoutMs: 15_000, lockTimeoutMs: 5_000 },
      temporal: { address: '127.0.0.1:7233', namespace: 'default' },
      telemetry: { exporter: 'none' },
    },
  })
  expect(result.ok && Object.isFrozen(result.config)).toBe(true)
})

test('everything that is wrong at once, by variable', () => {
  const result = gatewayConfig({
    DATABASE_URL: ' ',
    PORT: '70000',
    RATE_LIMIT_PER_SECOND: '1.5',
    LOG_LEVEL: 'loud',
  })
  expect(result).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(/^DATABASE_URL: is missing/),
      expect.stringMatching(/^LOG_LEVEL: /),
      'PORT: must be a whole number from 0 to 65535',
      'RATE_LIMIT_PER_SECOND: must be a whole number from 1 to 1000000',
    ],
  })
})
