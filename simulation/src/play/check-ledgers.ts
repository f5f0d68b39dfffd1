import { queryOnce } from '@flexprice/local-stack/query-once'
import type { Product } from '../product/product.ts'

/** What must be true of an environment's money whatever was done, and by however many at once; each thing that is not. */
export async function checkLedgers({
  scoped,
  ownerUrl,
}: Pick<Product, 'scoped' | 'ownerUrl'>): Promise<string[]> {
  const checks = [wallets, credits, debits, invoices, notes].map((check) => `(${check})`)
  const text = checks.join(' union all ').replaceAll(':environment', `'${scoped.scope.environmentId}'`)
  const rows = await queryOnce(ownerUrl, `${text} limit 20`)
  return rows.map(({ problem }) => String(problem))
}

/** A balance is what is left of its credits, and what came in less what went out; each row begins where the last ended. */
const wallets = `
  select format('wallet %s has %s: of its credits %s are left, its rows make %s, %s of them do not follow', w.id,
    w.credit_balance, l.available, l.made, l.torn) as problem
  from wallets w cross join lateral (
    select coalesce(sum(t.credits_available), 0) as available,
      coalesce(sum(case t.type when 'credit' then t.credit_amount else - t.credit_amount end), 0) as made,
      count(*) filter (where t.credit_balance_before <> coalesce(t.before, 0) or t.position <> t.place) as torn
    from (select t.*, lag(t.credit_balance_after) over (order by t.position) as before,
      row_number() over (order by t.position) as place from wallet_ledger t where t.wallet_id = w.id
        and t.transaction_status = 'completed') t) l
  where w.environment_id = :environment
    and (w.credit_balance <> l.available or w.credit_balance <> l.made or l.torn > 0 or w.credit_balance < 0)`

/** What is left of a credit is what came, nothing of one that waits for its invoice, less what was taken of it, and what came back to it. */
const credits = `
  select format('credit %s of %s has %s left, and should have %s', c.id, c.credit_amount, c.credits_available, s.should_be)
  from wallet_ledger c cross join lateral (
    select case c.transaction_status when 'completed' then c.credit_amount else 0 end - coalesce((select sum(u.credits) from wallet_consumptions u where u.transaction_id = c.id), 0)
      + coalesce((select sum(case t.type when 'credit' then u.credits else - u.credits end) from wallet_consumptions u
        join wallet_transactions t on t.id = u.transaction_id where u.credit_transaction_id = c.id), 0) as should_be) s
  where c.environment_id = :environment and c.type = 'credit'
    and (c.credits_available <> s.should_be or c.credits_available < 0)`

/** A debit names all that it took, and no more of it has come back; of a voided invoice all has. */
const debits = `
  select format('debit %s of %s names %s, of which %s came back', d.id, d.credit_amount, u.used, u.returned)
  from wallet_transactions d cross join lateral (
    select coalesce(sum(u.credits), 0) as used, coalesce(sum(u.credits_returned), 0) as returned,
      coalesce(bool_or(u.credits_returned > u.credits), false) as is_too_much
    from wallet_consumptions u where u.transaction_id = d.id) u
  left join invoices i on d.reference_type = 'INVOICE' and i.id = d.reference_id and d.transaction_reason = 'INVOICE_PAYMENT'
  where d.environment_id = :environment and d.type = 'debit' and (d.credit_amount <> u.used or u.is_too_much
    or d.amount_returned > d.amount or i.invoice_status = 'VOIDED' and u.returned <> u.used)`

/** What an invoice says was paid, by credits and by payments, and given back, is what was; no more has left it than came. */
const invoices = `
  select format('invoice %s says: credits %s, lowered %s, paid %s, refunded %s; there are %s (on lines %s), %s, %s, %s', i.id,
    i.total_prepaid_credits_applied, i.adjustment_amount, i.amount_paid, i.refunded_amount, s.credits, s.on_lines,
    s.lowered, s.paid, s.refunded)
  from invoices i cross join lateral (select
    coalesce((select sum(t.amount) from wallet_transactions t where t.reference_id = i.id and t.reference_type = 'INVOICE'
      and t.transaction_reason = 'INVOICE_PAYMENT'), 0) as credits,
    coalesce((select sum(l.prepaid_credits_applied) from invoice_line_items l where l.invoice_id = i.id), 0) as on_lines,
    coalesce((select sum(a.amount) from invoice_adjustments a where a.invoice_id = i.id and a.voided_at is null), 0)
      as lowered,
    coalesce((select sum(p.amount) from payments p where p.invoice_id = i.id and p.payment_status = 'SUCCEEDED'), 0)
      as paid,
    coalesce((select sum(r.amount) from refunds r where r.invoice_id = i.id), 0) as refunded,
    coalesce((select sum(a.amount) from invoice_adjustments a join credit_notes n on n.id = a.credit_note_id
      where n.invoice_id = i.id and a.invoice_id <> i.id and a.voided_at is null), 0) as carried,
    coalesce((select sum(a.amount) from invoice_adjustments a join credit_notes n on n.id = a.credit_note_id
      where n.invoice_id <> i.id and a.invoice_id = i.id and a.voided_at is null), 0) as received,
    coalesce((select - sum(l.amount) from invoice_line_items l where l.invoice_id = i.id and l.is_credit), 0) as netted,
    exists (select from refunds r join payments p on p.id = r.payment_id where p.invoice_id = i.id
      group by p.id having sum(r.amount) > max(p.amount) or bool_or(p.payment_status <> 'SUCCEEDED')) as is_too_much) s
  where i.environment_id = :environment and (i.total_prepaid_credits_applied <> s.credits or s.on_lines <> s.credits
    or i.adjustment_amount <> s.lowered or i.amount_paid <> s.paid or i.refunded_amount <> s.refunded
    or i.refunded_amount + s.carried > i.amount_paid + s.credits + s.received + s.netted or s.is_too_much
    or i.amount_due <> i.subtotal - i.total_discount + i.total_tax - s.credits - s.lowered or i.amount_due < 0)`

/** Of no line more is taken back than was billed, and each note went wholly somewhere. */
const notes = `
  select format('of line %s of %s notes take back %s', l.id, l.amount, sum(n.amount))
  from credit_note_line_items n join credit_notes c on c.id = n.credit_note_id
  join invoice_line_items l on l.id = n.invoice_line_item_id
  where n.environment_id = :environment and c.credit_note_status = 'FINALIZED'
  group by l.id, l.amount having sum(n.amount) > l.amount
  union all
  select format('note %s of %s has lowered %s and given back %s', c.id, c.total_amount, s.lowered, s.refunded)
  from credit_notes c cross join lateral (select
    coalesce((select sum(a.amount) from invoice_adjustments a where a.credit_note_id = c.id), 0) as lowered,
    coalesce((select sum(r.amount) from refunds r where r.credit_note_id = c.id), 0) as refunded) s
  where c.environment_id = :environment and c.credit_note_status = 'FINALIZED'
    and c.total_amount <> s.lowered + s.refunded`
