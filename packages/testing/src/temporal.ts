/**
 * Temporal's half of the test stack: a client for the test file's namespace on the real server. Test files that run at the same time have different namespaces.
 */
import type { Scope } from '@flexprice/domain'
import { createTemporal, type Temporal, type TemporalSettings } from '@flexprice/temporal-client'
import { testNamespace, testStack } from './config.ts'

export { withTestClient } from './test-client.ts'

export function testTemporalSettings(): TemporalSettings {
  return { address: testStack().temporalAddress, namespace: testNamespace(), longPollMs }
}

/** That of the server's settings (deploy/local/temporal.ts). */
const longPollMs = 5_000

export function createTestTemporal(): Temporal {
  return createTemporal(testTemporalSettings())
}

let scopes = 0

/** A caller of a tenant and environment that no other test has: what other tests left behind is not seen. */
export function newTestScope(): Scope {
  const unique = `${process.pid}_${Date.now()}_${++scopes}`
  return {
    tenantId: `tenant_${unique}`,
    environmentId: `env_${unique}`,
    userId: 'user_test',
    requestId: `req_${unique}`,
  }
}
