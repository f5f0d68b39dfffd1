import { CodedError, type ErrorCode, errorCodes, isCodedError } from '@flexprice/domain'

/**
 * Constraint → what its violation means to the caller. The one place where constraint names are read: they go to
 * the log, with the cause, and to nobody else. A violation without a line here is a defect.
 */
const violations: Readonly<Record<string, { code: ErrorCode; message: string; path?: string }>> = {
  customers_external_id_unique: {
    code: 'already_exists',
    message: 'A customer with this external_id exists',
    path: 'external_id',
  },
  plans_lookup_key_unique: {
    code: 'already_exists',
    message: 'A plan with this lookup_key exists',
    path: 'lookup_key',
  },
  prices_lookup_key_unique: {
    code: 'already_exists',
    message: 'A price with this lookup_key exists',
    path: 'lookup_key',
  },
  groups_lookup_key_unique: {
    code: 'already_exists',
    message: 'A group with this lookup_key exists',
    path: 'lookup_key',
  },
  features_lookup_key_unique: {
    code: 'already_exists',
    message: 'A feature with this lookup_key exists',
    path: 'lookup_key',
  },
  entitlements_plan_feature_unique: {
    code: 'already_exists',
    message: 'The plan has an entitlement to this feature',
    path: 'feature_id',
  },
  entitlements_subscription_feature_unique: {
    code: 'already_exists',
    message: 'The subscription has an entitlement to this feature of its own',
    path: 'feature_id',
  },
  environments_name_unique: {
    code: 'already_exists',
    message: 'An environment with this name exists',
    path: 'name',
  },
  environments_clock_development_only: {
    code: 'validation_error',
    message: 'Only a development environment has a test clock',
    path: 'clock_at',
  },
  environments_clock_forward: { code: 'invalid_operation', message: 'A test clock never goes back' },
  billing_runs_one_move: { code: 'already_exists', message: 'The clock is being moved already' },
  environments_tenant_id_fkey: {
    code: 'not_found',
    message: 'The tenant does not exist',
    path: 'tenant_id',
  },
  api_keys_environment: {
    code: 'not_found',
    message: 'The tenant has no such environment',
    path: 'environment_id',
  },
  prices_plan: { code: 'not_found', message: 'The plan does not exist', path: 'entity_id' },
  prices_override_unique: {
    code: 'invalid_operation',
    message: 'The subscription overrides this price already',
  },
  prices_end_after_start: {
    code: 'validation_error',
    message: 'The end lies before the start',
    path: 'end_date',
  },
  subscriptions_customer: { code: 'not_found', message: 'The customer does not exist', path: 'customer_id' },
  subscriptions_plan: { code: 'not_found', message: 'The plan does not exist', path: 'plan_id' },
  subscriptions_end_after_start: {
    code: 'validation_error',
    message: 'The end lies before the start',
    path: 'end_date',
  },
  subscription_schedules_one_pending: {
    code: 'state_conflict',
    message: 'The subscription has a pending change or cancellation',
  },
  subscription_pauses_one_open: {
    code: 'state_conflict',
    message: 'The subscription is paused, or is to be',
  },
  line_items_end_after_start: {
    code: 'validation_error',
    message: 'The end lies before the start',
    path: 'end_date',
  },
  line_items_unique: {
    code: 'already_exists',
    message: 'The subscription has a line of this price from this start',
  },
  // Passing: the next try finds what the other request made.
  subscriptions_idempotency_key_unique: {
    code: 'service_unavailable',
    message: 'Another request with this idempotency key has just been served',
  },
  subscription_changes_idempotency_key_unique: {
    code: 'service_unavailable',
    message: 'Another change with this idempotency key has just been made',
  },
  // Two at once, of different invoices: the next try is told that the key was used.
  credit_notes_idempotency_key_unique: {
    code: 'service_unavailable',
    message: 'Another credit note with this idempotency_key has just been made',
  },
  payments_idempotency_key_unique: {
    code: 'service_unavailable',
    message: 'Another payment with this idempotency_key has just been made',
  },
  invoices_identity_unique: {
    code: 'already_exists',
    message: 'The subscription has an invoice of this reason and period',
  },
  invoice_line_items_span_unique: {
    code: 'already_exists',
    message: 'The line has been invoiced for this span',
  },
  wallets_open_unique: {
    code: 'already_exists',
    message: 'The customer has an open wallet of this currency, conversion rate and price types',
    path: 'currency',
  },
  // Passing: the next try finds what the other request booked.
  wallet_transactions_key_unique: {
    code: 'service_unavailable',
    message: 'Another request with this idempotency_key has just been served',
  },
  // Passing: the next try finds the other's run and takes it on.
  price_sync_runs_one_open: {
    code: 'service_unavailable',
    message: 'Another sync of this plan has just begun',
  },
}

/** SQLSTATE (its first characters) → code, where the failure passes by itself. */
const passing: ReadonlyArray<readonly [prefix: string, code: ErrorCode, message: string]> = [
  ['08', 'database_error', 'The database connection broke'],
  ['53', 'database_error', 'The database has no room for more work'],
  ['57014', 'service_unavailable', 'The database took too long'],
  ['57', 'database_error', 'The database is shutting down or starting'],
  ['55P03', 'service_unavailable', 'A row is locked by other work'],
  ['40', 'service_unavailable', 'The work met other work on the same rows'],
  ['25P03', 'database_error', 'The transaction was idle for too long'],
]

/** SQLSTATE → what is wrong with a value that the schemas let pass. */
const badValues = new Map([
  ['22003', 'A number is too large'],
  ['22021', 'A text contains a character that cannot be stored'],
  ['22P05', 'A text contains a character that cannot be stored'],
])

/** SQLSTATE's class of every violated constraint: the same work would violate it again, so nobody tries that. */
const integrityViolation = '23'

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])
/** What node-postgres says without any code. */
const networkMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
  'Connection ended',
]

/**
 * Turns what the driver throws into a coded error; what it does not know is returned as it is, and
 * becomes an internal error at the edge. The original stays as the cause, for the log. No time to wait is
 * given: nobody knows it, so who tries again does it with a growing delay.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (isCodedError(error) || !(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : ''
  const violation = violations[constraint]
  if (violation) {
    const { path, message } = violation
    return new CodedError(violation.code, message, {
      cause: error,
      ...(path === undefined ? {} : { details: { fields: [{ path, message }] } }),
    })
  }
  if (code.startsWith(integrityViolation)) {
    return new CodedError('constraint_violated', errorCodes.constraint_violated.title, { cause: error })
  }
  const badValue = badValues.get(code)
  if (badValue !== undefined) return new CodedError('validation_error', badValue, { cause: error })
  if (isStaleStatement(error)) {
    return new CodedError('database_error', 'The schema has changed', { cause: error })
  }
  const match = passing.find(([prefix]) => code.startsWith(prefix))
  if (match) return new CodedError(match[1], match[2], { cause: error })
  if (networkCodes.has(code) || networkMessages.some((text) => error.message.includes(text))) {
    return new CodedError('database_error', 'The database cannot be reached', { cause: error })
  }
  return error
}

/**
 * True when a prepared statement's columns were changed by a migration: it fails on its connection for
 * ever. PostgreSQL has no SQLSTATE of its own for it; pgjdbc tells it by the routine, too.
 */
export function isStaleStatement(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery'
}
