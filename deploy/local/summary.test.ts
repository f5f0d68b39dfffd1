import { createSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { expect, test } from 'vitest'
import { summary } from './summary.ts'

const stack = {
  ready: true,
  only_servers: false,
  supervisor: null,
  gateway_url: 'http://127.0.0.1:8080',
  metrics_url: 'http://127.0.0.1:9090/metrics',
  api_key: 'sk_demo',
  demo: {
    plan_id: 'plan_1',
    price_id: 'price_1',
    next_amount: '12.50',
    workflow_id: 'price-sync:env:plan_1',
  },
  processes: [],
}

test('the command that makes a subscription has a body that the API accepts', () => {
  const body = /-d '(\{[^']*\})' \S+\/v1\/subscriptions\n/.exec(summary(stack, 'stack.json'))?.[1]
  expect(createSubscriptionRequest.safeParse(JSON.parse(body ?? '')).error).toBeUndefined()
})

test('an operator is told where the metrics are', () => {
  expect(summary(stack, 'stack.json')).toMatch(/Metrics +http:\/\/127\.0\.0\.1:9090\/metrics\n/)
})

test('where the page of Jaeger is a stub, it is said where traces are', () => {
  const jaeger_url = 'http://127.0.0.1:16686'
  const stub = summary({ ...stack, jaeger_url, jaeger_page_is_stub: true }, 'stack.json')
  expect(stub).toContain(`${jaeger_url} (its page is a stub: ${jaeger_url}/api/traces?service=gateway`)
  expect(summary({ ...stack, jaeger_url }, 'stack.json')).not.toContain('stub')
})

test('a stack without a gateway has no commands to try', () => {
  expect(summary({ ...stack, gateway_url: undefined }, 'stack.json')).not.toContain('curl')
})
