import { type CycleChoice, calculateCharges } from '@flexprice/activities/calculate-charges'
import { readChargeFacts } from '@flexprice/database/calculations'
import { recomputeLine } from '@flexprice/domain/cycle'
import { formatDecimal, isPositive, sumDecimals } from '@flexprice/domain/money'
import { expect, test } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'
import { addBook } from '../testing/generated-book.ts'

const whole = { start: new Date('2026-08-01T00:00:00.000Z'), end: new Date('2026-09-01T00:00:00.000Z') }

test('of a generated book of 1,000 subscriptions each line is recomputed from its explanation, as it is stored', async () => {
  await using gateway = await startGateway()
  const caller = await gateway.newCaller()
  const ids = await addBook(caller, 20_261_124)
  expect(ids).toHaveLength(1_000)
  const facts = await readChargeFacts(caller.scoped, ids)
  const choices: CycleChoice[] = [{ kind: 'next' }, { kind: 'window', window: whole }]
  for (const choice of choices) {
    const outcomes = await calculateCharges(caller.scoped, facts, { choiceOf: () => choice, seenBy: null })
    let lines = 0
    let priced = 0
    for (const outcome of outcomes) {
      if ('error' in outcome) throw outcome.error
      for (const { amount, explanation } of outcome.charges) {
        const stored: typeof explanation = JSON.parse(JSON.stringify(explanation))
        expect(formatDecimal(recomputeLine(stored))).toBe(formatDecimal(amount))
        lines++
        if (isPositive(amount)) priced++
      }
      const sum = sumDecimals(outcome.charges.map(({ amount }) => amount))
      expect(formatDecimal(outcome.settlement.amounts.subtotal)).toBe(formatDecimal(sum))
    }
    // A book in which nothing is charged would prove nothing.
    expect(lines).toBeGreaterThan(4_000)
    expect(priced).toBeGreaterThan(1_500)
  }
}, 120_000)
