import { numberDigitsMax, numberLengthMax, numberPattern } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'

/**
 * A text as the number that the domain's `parseNumber` reads of it, null where it is none: the same pattern, by the same
 * bounds, as PostgreSQL's own notation is wider (`NaN`, `0x1`, `1_000`) and its `numeric` ends elsewhere. Nearly all
 * texts are short and plain, cannot be too long on either side of the point, and need neither the pattern nor a look.
 */
export function numberOf(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const number = sql`(${text})::numeric`
  return sql`case
    when length(${text}) <= ${sql.lit(numberDigitsMax)} and ${text} collate "C" ~ ${sql.lit(plain)} then ${number}
    when length(${text}) <= ${sql.lit(numberLengthMax)} and ${text} collate "C" ~ ${sql.lit(numberPattern)} then
      case when abs(${number}) < ${sql.lit(`1e${numberDigitsMax}`)}::numeric
        and min_scale(${number}) <= ${sql.lit(numberDigitsMax)} then trim_scale(${number}) end
    end`
}

const plain = '^-?[0-9]+(?:[.][0-9]+)?$'
