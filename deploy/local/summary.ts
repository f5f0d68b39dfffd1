import type { Stack } from './stack-file.ts'

/** What a person needs to use a running stack: the URLs, the key, and commands that work when pasted. */
export function summary(stack: Stack, stackFile: string): string {
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ['Gateway', stack.gateway_url],
    ['API pages', stack.gateway_url && `${stack.gateway_url}/docs`],
    ['API key', stack.api_key],
    ['Metrics', stack.metrics_url],
    ['PostgreSQL', stack.database_url && withoutPassword(stack.database_url)],
    ['Redis', stack.redis_url && withoutPassword(stack.redis_url)],
    ['Temporal', stack.temporal_address],
    ['Temporal UI', stack.temporal_ui_url],
    ['Jaeger', stack.jaeger_url],
    ['All of it', `${stackFile} (with the passwords and the logs' places)`],
  ]
  const table = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(12)} ${value}`] : []))
  return ['', ...table, '', ...commandsToTry(stack)].join('\n')
}

function commandsToTry(stack: Stack): readonly string[] {
  const { gateway_url: url, api_key: key, demo } = stack
  if (!url || !key || !demo?.price_id) return []
  const call = `curl -sS -w '\\n' -H 'x-api-key: ${key}'`
  const json = `-H 'content-type: application/json'`
  return [
    "For the README's first walk:",
    '',
    `  export GATEWAY=${url} API_KEY=${key} PLAN_ID=${demo.plan_id} PRICE_ID=${demo.price_id}`,
    '',
    'Four things to try, in this order:',
    '',
    '  # The demo plan, with how many of its subscriptions lack its newest prices',
    `  ${call} ${url}/v1/plans/${demo.plan_id}`,
    '',
    '  # A new amount for one of its prices, then bring it to the 1,000 subscriptions',
    `  ${call} -X PUT ${json} -d '{"amount":"${demo.next_amount}"}' ${url}/v1/prices/${demo.price_id} && \\`,
    `  ${call} -X POST ${url}/v1/plans/${demo.plan_id}/sync/subscriptions`,
    '',
    '  # What became of it',
    `  ${call} '${url}/v1/tasks/result?workflow_id=${demo.workflow_id}&wait=30s'`,
    '',
    '  # One more subscription, with its lines and its opening invoice: sent twice, it is made once',
    `  ${call} -X POST ${json} -H 'idempotency-key: try-it' -d '${JSON.stringify(oneMore(demo.plan_id))}' ${url}/v1/subscriptions`,
    '',
  ]
}

function oneMore(plan_id: string) {
  return { external_customer_id: 'demo-1', plan_id, currency: 'usd', billing_period: 'MONTHLY' }
}

function withoutPassword(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  return url.href
}
