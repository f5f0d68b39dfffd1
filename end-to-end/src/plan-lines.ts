import type { TestDatabase } from '@flexprice/testing'
import pg from 'pg'

export interface PlanLines {
  readonly lines: number
  /** Lines beyond the first of the same price in the same subscription. */
  readonly twice: number
  /** Subscriptions by how many lines they have: `{ 10: 20_000 }`. */
  readonly subscriptionsByLines: Readonly<Record<number, number>>
}

/** What a plan's subscriptions have, counted row by row as the owner: past the scope, the cursors and the counters. */
export async function countLines({ ownerUrl }: TestDatabase, planId: string): Promise<PlanLines> {
  await using owner = await connect(ownerUrl)
  const { rows } = await owner.client.query<{ lines: number; prices: number; subscriptions: number }>(
    `select lines::int, prices::int, count(*)::int as subscriptions from (
      select count(l.id) as lines, count(distinct l.price_id) as prices
      from subscriptions s left join subscription_line_items l on l.subscription_id = s.id
      where s.plan_id = $1 group by s.id
    ) per_subscription group by lines, prices`,
    [planId],
  )
  const subscriptionsByLines: Record<number, number> = {}
  for (const { lines, subscriptions } of rows) {
    subscriptionsByLines[lines] = (subscriptionsByLines[lines] ?? 0) + subscriptions
  }
  return {
    lines: rows.reduce((sum, row) => sum + row.lines * row.subscriptions, 0),
    twice: rows.reduce((sum, row) => sum + (row.lines - row.prices) * row.subscriptions, 0),
    subscriptionsByLines,
  }
}

/** A plan's lines by price, as the owner sees them: how many run on, and how many have an end. */
export async function linesByPrice(
  { ownerUrl }: TestDatabase,
  planId: string,
): Promise<Readonly<Record<string, { readonly open: number; readonly ended: number }>>> {
  await using owner = await connect(ownerUrl)
  const { rows } = await owner.client.query<{ price: string; open: number; ended: number }>(
    `select l.price_id as price, count(*) filter (where l.end_date is null)::int as open,
      count(*) filter (where l.end_date is not null)::int as ended
    from subscription_line_items l join subscriptions s on s.id = l.subscription_id
    where s.plan_id = $1 group by l.price_id`,
    [planId],
  )
  return Object.fromEntries(rows.map(({ price, open, ended }) => [price, { open, ended }]))
}

export interface Line {
  readonly id: string
  readonly priceId: string
  readonly endedBy: 'price' | 'user' | null
  readonly endDate: Date | null
}

/** The lines of one subscription, in the order of their prices. */
export async function linesOf({ ownerUrl }: TestDatabase, subscriptionId: string): Promise<Line[]> {
  await using owner = await connect(ownerUrl)
  const { rows } = await owner.client.query<Line>(
    `select id, price_id as "priceId", ended_by as "endedBy", end_date as "endDate"
    from subscription_line_items where subscription_id = $1 order by price_id, start_date`,
    [subscriptionId],
  )
  return rows
}

/** The row lock of someone who changes this subscription's lines: a sync's page waits for them. */
export async function holdSubscription(
  { ownerUrl }: TestDatabase,
  subscriptionId: string | undefined,
): Promise<AsyncDisposable> {
  const owner = await connect(ownerUrl)
  await owner.client.query('begin')
  await owner.client.query('select from subscriptions where id = $1 for update', [subscriptionId])
  return owner
}

async function connect(url: string): Promise<{ client: pg.Client } & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url })
  // A test that fails drops its database before it lets go of this.
  client.on('error', () => undefined)
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
