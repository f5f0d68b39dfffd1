import { expect, test } from 'vitest'
import { calculateChargesWorkerConfig } from './config.ts'

test('DATABASE_URL is enough: everything else has a default', () => {
  const result = calculateChargesWorkerConfig({ DATABASE_URL: 'postgres://app@db/flexprice' })
  expect(result).toMatchObject({
    ok: true,
    config: { slicesMax: 16, queueSlots: 2, healthPort: 9_090, temporal: { namespace: 'default' } },
  })
  expect(result.ok && Object.isFrozen(result.config)).toBe(true)
})

test("Temporal's own variables decide where Temporal is", () => {
  const variables = {
    DATABASE_URL: 'postgres://app@db/flexprice',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'billing',
    TEMPORAL_API_KEY: 'key',
  }
  expect(calculateChargesWorkerConfig(variables)).toMatchObject({
    ok: true,
    config: {
      temporal: { address: 'temporal:7233', namespace: 'billing', apiKey: 'key', tls: expect.anything() },
    },
  })
})

test('everything that is wrong is told, one line a variable', () => {
  expect(
    calculateChargesWorkerConfig({ CALCULATE_CHARGES_SLICES: '0', HEALTH_PORT: 'x', LOG_LEVEL: '' }),
  ).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(/^DATABASE_URL: is missing/),
      'HEALTH_PORT: must be a whole number from 0 to 65535',
      'CALCULATE_CHARGES_SLICES: must be a whole number from 1 to 64',
    ],
  })
})
