/** A valid request for a price of a plan, monthly and flat; a test says what it is about. */
export function priceBody(planId: string, changes: object = {}) {
  return {
    entity_type: 'PLAN',
    entity_id: planId,
    type: 'FIXED',
    price_unit_type: 'FIAT',
    billing_model: 'FLAT_FEE',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
    currency: 'usd',
    amount: '10.50',
    ...changes,
  }
}
