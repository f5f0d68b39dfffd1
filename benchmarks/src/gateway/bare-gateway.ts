// The floor of P11: a Fastify server without our code, as a process of its own. It prints its port.
import { Client, Connection } from '@temporalio/client'
import Fastify from 'fastify'
import pg from 'pg'

const [databaseUrl = '', temporalAddress = '', environmentId = '', tenantId = ''] = process.argv.slice(2)
const poolSizeMax = 10

// The same row security as the product's, set once: a bare route has one caller only.
const options = `-c app.tenant_id=${tenantId} -c app.environment_id=${environmentId}`
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSizeMax, options })
const client = new Client({ connection: await Connection.connect({ address: temporalAddress }) })
const app = Fastify({ logger: false })

const id = { params: { type: 'object', properties: { id: { type: 'string', minLength: 1, maxLength: 64 } } } }

/** All that the product answers, by one statement, as it reads it. */
const full = `select row_to_json(s) as subscription, row_to_json(p) as plan, row_to_json(c) as customer,
    (select json_agg(l) from (
      select l.*, p.type, p.currency, p.billing_period, p.invoice_cadence, p.display_name, p.meter_id, pl.name as plan_name
      from subscription_line_items l join prices p on p.id = l.price_id join plans pl on pl.id = p.plan_id
      where l.subscription_id = s.id order by l.start_date, l.id) l) as line_items,
    (select row_to_json(i) from (
      select * from invoices where subscription_id = $1 and status <> 'deleted' order by id desc limit 1) i) as latest_invoice
  from subscriptions s join plans p on p.id = s.plan_id join customers c on c.id = s.customer_id
  where s.id = $1 and s.status <> 'deleted'`

app.get<{ Params: { id: string } }>('/subscriptions/:id', { schema: id }, async ({ params }, reply) => {
  const { rows } = await pool.query({ name: 'full', text: full, values: [params.id] })
  const [row] = rows
  if (row === undefined) return reply.code(404).send({})
  const { subscription, ...records } = row
  return { ...subscription, ...records }
})

// As the product must: the plan is there, and what is started is found by whose it is, and waits its tenant's turn.
const plan = "select 1 from plans where id = $1 and status <> 'deleted'"
app.post<{ Params: { id: string } }>('/start/:id', { schema: id }, async ({ params }, reply) => {
  const { rows } = await pool.query({ name: 'plan', text: plan, values: [params.id] })
  if (rows.length === 0) return reply.code(404).send({})
  const handle = await client.workflow.signalWithStart('PriceSyncWorkflow', {
    workflowId: `bare:${environmentId}:${params.id}`,
    taskQueue: 'PriceSyncWorkflowTaskQueue',
    args: [{ planId: params.id }],
    signal: 'sync-requested',
    searchAttributes: { TenantId: [tenantId], EnvironmentId: [environmentId], EntityId: [params.id] },
    priority: { fairnessKey: tenantId },
  })
  return { workflow_id: handle.workflowId, run_id: handle.signaledRunId }
})
app.get<{ Params: { id: string } }>('/result/:id', async ({ params }) => {
  const handle = client.workflow.getHandle(params.id)
  const { workflowId, runId, status } = await handle.describe()
  return { workflow_id: workflowId, run_id: runId, status: status.name, result: await handle.result() }
})

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`)
