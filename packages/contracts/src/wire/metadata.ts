import { z } from 'zod'
import { text } from './text.ts'

const keysMax = 100
const keyLengthMax = 255
const valueLengthMax = 2_000

/** Free text pairs on most records. */
export const metadata = z
  .record(text(keyLengthMax), text(valueLengthMax))
  .refine((pairs) => Object.keys(pairs).length <= keysMax, `has more than ${keysMax} keys`)
