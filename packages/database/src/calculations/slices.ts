import { type RawBuilder, sql } from 'kysely'

/** A slice that is worth its activity: a page. */
const rowsPerSliceMin = 500
/** As many work at once where there is one worker. */
const slicesMin = 2

/** Into how many slices rows are cut, to be put into `ntile`: no more than have something to do. */
export function slicesOf(rows: RawBuilder<unknown>, slicesMax: number): RawBuilder<number> {
  return sql<number>`(select least(${slicesMax}, greatest(${sql.lit(slicesMin)}, ceil(count(*) / ${sql.lit(rowsPerSliceMin)}.0)))::integer
    from (${rows}) counted)`
}
