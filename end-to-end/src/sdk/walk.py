"""Drives the API by FlexPrice's SDK for Python, from a customer to an invoice, and prints what it saw as JSON.

Usage: walk.py GATEWAY_URL API_KEY. Its answers are parsed by the SDK's own models: a field of another type fails it.
"""

import json
import socket
import sys
import time

import httpx
from flexprice import Flexprice
from flexprice.models.errors import ErrorResponse

gateway_url, api_key = sys.argv[1:]
poll_seconds = 0.1
polls_max = 300


def result_of(sdk, workflow_id):
    for _ in range(polls_max):
        task = sdk.tasks.get_task_result(workflow_id=workflow_id)
        if "completed" in task.message:
            return task
        time.sleep(poll_seconds)
    raise TimeoutError(f"{workflow_id} is still running")


def refusal_of(call):
    try:
        call()
    except ErrorResponse as refused:
        fields = json.loads(refused.body).get("details", {}).get("fields", {})
        return [refused.data.http_status_code, refused.data.code, list(fields)]
    raise AssertionError("nothing was refused")


def contract_seen(sdk, customer, subscription, seats):
    static = [one for one in sdk.entitlements.query_entitlement(feature_ids=[seats.id]).items]
    shown = sdk.subscriptions.get_subscription(id=subscription.id)
    workflows = sdk.workflows.query_workflow
    of_customer = sdk.customers.get_subscriptions_for_customer(external_id=customer.external_id)
    lines = of_customer.items[0].line_items
    return {
        "static_limit": [static[0].usage_limit, static[0].usage_reset_period],
        "shown_with_subscription": [shown.plan.name, shown.customer.name],
        "tenant_address": sdk.users.get_user_info().tenant.billing_details.address.model_dump(exclude_none=True),
        "workflows": {
            "completed": sorted({one.status for one in workflows(workflow_status="COMPLETED").items}),
            "cancelled": len(workflows(workflow_status="CANCELLED").items),
        },
        "refusals": [
            refusal_of(lambda: sdk.customers.create_customer(external_id="no-zone", name="No", email="nowhere")),
            refusal_of(lambda: sdk.addons.get_addon(id=customer.id)),
        ],
        "line_meters": [line.meter.event_name for line in lines if line.meter],
    }


def replaced_invoice(sdk, plan):
    """A voided invoice, and the draft in its place: on a subscription of its own."""
    customer = sdk.customers.create_customer(external_id="sdk-python-voided", name="Eve")
    subscription = sdk.subscriptions.create_subscription(
        customer_id=customer.id, plan_id=plan.id, currency="usd", billing_period="MONTHLY", billing_period_count=1
    )
    voided = sdk.invoices.query_invoice(subscription_id=subscription.id).items[0]
    sdk.invoices.void_invoice(id=voided.id)
    result_of(sdk, sdk.invoices.recalculate_invoice(id=voided.id).workflow_id)
    replacement = sdk.invoices.get_invoice(id=sdk.invoices.get_invoice(id=voided.id).recalculated_invoice_id)
    closed = sdk.invoices.recalculate_invoice_v2(id=replacement.id)
    return [replacement.invoice_status, closed.invoice_status, closed.total]


def one_off_invoice(sdk):
    """A draft that is asked for twice, due later than it said, finalized and found as one that is not overdue."""
    customer = sdk.customers.create_customer(external_id="sdk-python-one-off", name="Bea")
    asked = {
        "customer_id": customer.id,
        "currency": "USD",
        "line_items": [
            {"display_name": "Setup", "quantity": "1", "amount": "100"},
            {"display_name": "Hours", "quantity": "2.5", "amount": "250.50"},
        ],
        "subtotal": "350.50",
        "total": "350.50",
        "amount_due": "350.50",
        "invoice_status": "DRAFT",
        "due_date": "2900-01-01T00:00:00Z",
        "idempotency_key": "sdk-python-one-off",
    }
    made = sdk.invoices.create_invoice(**asked)
    again = sdk.invoices.create_invoice(**asked)
    sdk.invoices.update_invoice(id=made.id, due_date="2900-02-01T00:00:00Z", metadata={"order": "7"})
    sdk.invoices.finalize_invoice(id=made.id)
    found = sdk.invoices.query_invoice(customer_id=customer.id, invoice_type="ONE_OFF").items
    shown = sdk.invoices.get_invoice(id=made.id)
    wrong = refusal_of(lambda: sdk.invoices.create_invoice(**{**asked, "idempotency_key": "other", "total": "350"}))
    return {
        "same": again.id == made.id and [one.id for one in found] == [made.id],
        "status": [made.invoice_status, shown.invoice_status, shown.payment_status],
        "money": [shown.currency, shown.total, shown.amount_remaining, *(line.amount for line in shown.line_items)],
        "notes": [shown.due_date.isoformat()[:10], shown.metadata["order"], shown.idempotency_key],
        "refusal": wrong,
    }


def credited_invoice(sdk):
    """An invoice that is paid in part: a note lowers what is due of it, and gives back the rest of what it takes."""
    customer = sdk.customers.create_customer(external_id="sdk-python-credited", name="Ida")
    sums = {"subtotal": "30", "total": "30", "amount_due": "30"}
    lines = [{"display_name": "Setup", "quantity": "1", "amount": "30"}]
    invoice = sdk.invoices.create_invoice(customer_id=customer.id, currency="usd", line_items=lines, **sums)
    sdk.payments.create_payment(
        destination_type="INVOICE",
        destination_id=invoice.id,
        payment_method_type="OFFLINE",
        amount="20",
        currency="usd",
    )
    take_back = sdk.credit_notes.create_credit_note
    of_line = {"invoice_line_item_id": invoice.line_items[0].id}
    asked = {"invoice_id": invoice.id, "reason": "SERVICE_ISSUE"}
    made = take_back(
        **asked,
        line_items=[{**of_line, "amount": "15"}],
        process_credit_note=False,
        idempotency_key="sdk-python-credited",
    )
    closed = sdk.credit_notes.process_credit_note(id=made.id, refund_target="BACK_TO_SOURCE")
    refunds = sdk.refunds.list_refunds(credit_note_ids=[made.id]).items
    shown = sdk.invoices.get_invoice(id=invoice.id)
    return {
        "status": [made.credit_note_status, closed.credit_note_status, closed.credit_note_type],
        "numbered": closed.credit_note_number.startswith("CN-"),
        "refunds": [[one.amount, one.refund_status, one.refund_destination] for one in refunds],
        "money": [shown.amount_due, shown.adjustment_amount, shown.refunded_amount, shown.payment_status],
        "refusal": refusal_of(lambda: take_back(**asked, line_items=[{**of_line, "amount": "15.01"}])),
    }


def walk_money(sdk):
    """Credits that are bought pay part of an invoice, a payment the rest; a note then gives both back, into the wallet."""
    customer = sdk.customers.create_customer(external_id="sdk-python-credits", name="Uma")
    wallet = sdk.wallets.create_wallet(customer_id=customer.id, currency="usd")
    bought = {"transaction_reason": "PURCHASED_CREDIT_DIRECT", "credits_to_add": "12"}
    top_up = sdk.wallets.top_up_wallet(id=wallet.id, **bought)
    sums = {"subtotal": "30", "total": "30", "amount_due": "30"}
    lines = [{"display_name": "Setup", "quantity": "1", "amount": "30"}]
    invoice = sdk.invoices.create_invoice(customer_id=customer.id, currency="usd", line_items=lines, **sums)
    closed = sdk.invoices.get_invoice(id=invoice.id)
    payment = sdk.payments.create_payment(
        destination_type="INVOICE",
        destination_id=invoice.id,
        payment_method_type="OFFLINE",
        amount=closed.amount_remaining,
        currency="usd",
    )
    paid = sdk.invoices.get_invoice(id=invoice.id)
    note = sdk.credit_notes.create_credit_note(
        invoice_id=invoice.id,
        reason="SERVICE_ISSUE",
        line_items=[{"invoice_line_item_id": invoice.line_items[0].id, "amount": "20"}],
    )
    credited = sdk.invoices.get_invoice(id=invoice.id)
    ledger = sdk.wallets.get_wallet_transactions(id_path_parameter=wallet.id).items
    return {
        "topped_up": top_up.wallet.balance,
        "paid_by_credits": [closed.total_prepaid_credits_applied, closed.amount_due, closed.payment_status],
        "rest": [payment.amount, payment.payment_status, paid.payment_status],
        "note": [note.credit_note_status, note.credit_note_type, credited.refunded_amount],
        "wallet": sdk.wallets.get_wallet(id=wallet.id).balance,
        "ledger": sorted(f"{one.transaction_reason} {one.credit_amount}" for one in ledger),
    }


def walk_tasks(sdk):
    """An import: the file is brought without the SDK, which has no call for it."""
    rows = "lookup_key,name,type\ntasks-a,A,boolean\ntasks-b,B,static\ntasks-c,C,\n"
    brought = httpx.post(
        f"{gateway_url}/v1/files", headers={"x-api-key": api_key}, files={"file": ("features.csv", rows)}
    )
    begun = sdk.tasks.create_task(
        task_type="IMPORT",
        entity_type="FEATURES",
        file_type="CSV",
        file_provider="sdk",
        upload_id=brought.json()["upload_id"],
    )
    result_of(sdk, begun.workflow_id)
    tasks = sdk.tasks.list_tasks(entity_type="FEATURES", task_status="COMPLETED").items
    seen = sdk.tasks.get_task(id=tasks[0].id)
    return {
        "status": seen.task_status,
        "records": [seen.total_records, seen.successful_records, seen.failed_records],
        "listed": [task.file_name for task in tasks],
        "rejected": sdk.tasks.download_task_export(id=seen.id),
        "cancelled": cancelled_task(sdk),
    }


def cancelled_task(sdk):
    """One whose file never comes: its SDK begins tasks of uploads alone."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        body = {
            "task_type": "IMPORT",
            "entity_type": "FEATURES",
            "file_type": "CSV",
            "file_url": f"http://127.0.0.1:{silent.getsockname()[1]}/hangs.csv",
        }
        begun = httpx.post(f"{gateway_url}/v1/tasks", headers={"x-api-key": api_key}, json=body)
        task_id = begun.json()["task"]["id"]
        sdk.tasks.update_task_status(id=task_id, task_status="FAILED")
        for _ in range(300):
            task = sdk.tasks.get_task(id=task_id)
            if task.task_status == "FAILED":
                return task.error_summary
            time.sleep(0.1)
    raise TimeoutError("the task goes on")


def walk(sdk):
    customer = sdk.customers.create_customer(external_id="sdk-python", name="Ada", email="ada@example.com")
    seats = sdk.features.create_feature(name="Seats", type_="static", lookup_key="seats")
    calls = sdk.features.create_feature(
        name="API calls",
        type_="metered",
        lookup_key="calls",
        meter={
            "name": "API calls",
            "event_name": "api.call",
            "aggregation": {"type": "COUNT"},
            "reset_usage": "BILLING_PERIOD",
        },
    )
    plan = sdk.plans.create_plan(name="Pro", lookup_key="pro")
    monthly = {
        "entity_type": "PLAN",
        "entity_id": plan.id,
        "billing_period": "MONTHLY",
        "billing_period_count": 1,
        "currency": "usd",
        "price_unit_type": "FIAT",
    }
    fee = sdk.prices.create_price(
        type_="FIXED", billing_model="FLAT_FEE", invoice_cadence="ADVANCE", amount="19.99", **monthly
    )
    usage = sdk.prices.create_price(
        type_="USAGE",
        billing_model="TIERED",
        tier_mode="SLAB",
        tiers=[{"up_to": 1000, "unit_amount": "0"}, {"unit_amount": "0.0025"}],
        invoice_cadence="ARREAR",
        meter_id=calls.meter_id,
        **monthly,
    )
    for feature, limits in (
        (
            seats,
            {"feature_type": "static", "static_value": "5", "usage_limit": 7, "usage_reset_period": "MONTHLY"},
        ),
        (calls, {"feature_type": "metered", "usage_limit": 10_000, "usage_reset_period": "MONTHLY"}),
    ):
        sdk.entitlements.create_entitlement(
            feature_id=feature.id, entity_type="PLAN", entity_id=plan.id, is_enabled=True, **limits
        )
    subscription = sdk.subscriptions.create_subscription(
        customer_id=customer.id,
        plan_id=plan.id,
        currency="usd",
        billing_period="MONTHLY",
        billing_period_count=1,
        billing_cycle="anniversary",
    )
    limits = sdk.customers.get_customer_entitlements(id=customer.id)
    call = {"event_name": "api.call", "external_customer_id": "sdk-python"}
    one = sdk.events.ingest_event(event_id="call-1", properties={"region": "eu"}, **call)
    bulk = sdk.events.ingest_events_bulk(events=[{"event_id": f"call-{n}", **call} for n in (1, 2, 3)])
    raw = sdk.events.list_raw_events(external_customer_id="sdk-python", page_size=2)
    rest = sdk.events.list_raw_events(
        external_customer_id="sdk-python", page_size=2, iter_last_key=raw.iter_last_key
    )
    found = sdk.events.get_event(id="call-1", external_customer_id="sdk-python")
    counted = sdk.events.get_usage_statistics(
        event_name="api.call", aggregation_type="COUNT", external_customer_id="sdk-python"
    )
    metered = sdk.events.get_usage_by_meter(meter_id=calls.meter_id, external_customer_id="sdk-python")
    used = sdk.subscriptions.get_subscription_usage(subscription_id=subscription.id)
    replaced = replaced_invoice(sdk, plan)
    seen = contract_seen(sdk, customer, subscription, seats)
    successor = sdk.prices.update_price(id=fee.id, amount="24.99")
    sync = result_of(sdk, sdk.plans.sync_plan_prices(id=plan.id).workflow_id)
    # Without a filter: the lines that run, so not the one that the sync has ended.
    lines = sdk.subscriptions.query_subscription_line_items(subscription_ids=[subscription.id])
    invoices = sdk.invoices.query_invoice(subscription_id=subscription.id)
    invoice = sdk.invoices.get_invoice(id=invoices.items[0].id)
    summary = sdk.invoices.get_customer_invoice_summary(id=customer.id)
    return {
        **seen,
        "replaced_invoice": replaced,
        "one_off": one_off_invoice(sdk),
        "credited": credited_invoice(sdk),
        "money": walk_money(sdk),
        "tasks": walk_tasks(sdk),
        "subscription_status": subscription.subscription_status,
        "line_prices": sorted(line.price_id for line in lines.items),
        "expected_prices": sorted([successor.id, usage.id]),
        "entitlements": {feature.feature.name: feature.entitlement.is_enabled for feature in limits.features},
        "sync_message": sync.message,
        "invoices": len(invoices.items),
        "invoice_status": invoice.invoice_status,
        "invoice_total": invoice.total,
        "invoice_lines": [line.amount for line in invoice.line_items],
        "unpaid": [one.total_unpaid_amount for one in summary.summaries],
        "ingested": one["event_id"],
        "ingested_in_bulk": [bulk["accepted"], bulk["duplicates"]],
        "raw_events": sorted(event.id for event in raw.events + rest.events),
        "found_event": [found.event.id, found.event.properties["region"]],
        "usage": [counted.value, metered.value, *(charge.quantity for charge in used.charges)],
        "found_customer": sdk.customers.get_customer_by_external_id(external_id="sdk-python").id == customer.id,
    }


with Flexprice(server_url=f"{gateway_url}/v1", api_key_auth=api_key) as client:
    print(json.dumps(walk(client)))
