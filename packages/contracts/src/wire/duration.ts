import { z } from 'zod'

const unitMs = { ms: 1, s: 1_000, m: 60_000 } as const

/** `500ms`, `30s`, `2m`; milliseconds inside. */
export const duration = z
  .string()
  .regex(/^\d{1,6}(ms|s|m)$/, 'must be a duration such as 30s')
  .transform((text): number => {
    const amount = Number.parseInt(text, 10)
    if (text.endsWith('ms')) return amount * unitMs.ms
    return amount * (text.endsWith('s') ? unitMs.s : unitMs.m)
  })
