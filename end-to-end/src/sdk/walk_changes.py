"""Changes, pauses, resumes and cancels a subscription by FlexPrice's SDK for Python, and prints what it saw as JSON.

Usage: walk_changes.py GATEWAY_URL API_KEY. Its answers are parsed by the SDK's own models: a field of another type fails it.
"""

import json
import sys

from flexprice import Flexprice

gateway_url, api_key = sys.argv[1:]
monthly = {"billing_cadence": "RECURRING", "billing_period": "MONTHLY", "billing_period_count": 1}


def add_plan(sdk, name, amount):
    plan = sdk.plans.create_plan(name=name)
    sdk.prices.create_price(
        entity_type="PLAN",
        entity_id=plan.id,
        type_="FIXED",
        billing_model="FLAT_FEE",
        amount=amount,
        currency="usd",
        invoice_cadence="ADVANCE",
        price_unit_type="FIAT",
        billing_period="MONTHLY",
        billing_period_count=1,
    )
    return plan.id


def changed(sdk, subscription, plans):
    """Both versions of a plan's change, each previewed and made."""
    basic, pro, top = plans
    to = {"proration_behavior": "create_prorations", "billing_cycle": "anniversary", **monthly}
    first = {"id": subscription, "target_plan_id": pro, **to}
    second = {
        "id": subscription,
        "target_plan_id": top,
        "proration_behavior": "create_prorations",
        "billing_period_behaviour": "unchanged",
    }
    preview = sdk.subscriptions.preview_subscription_change(**first)
    change = sdk.subscriptions.execute_subscription_change(**first)
    preview_v2 = sdk.subscriptions.preview_subscription_plan_change_v2(**second)
    change_v2 = sdk.subscriptions.execute_subscription_plan_change_v2(idempotency_key="sdk-python-v2", **second)
    return {
        "change": [preview.change_type, preview.target_plan.name, change.change_type, change.new_subscription.plan_id == pro],
        "change_v2": [
            preview_v2.change_type,
            [one.status for one in preview_v2.changed_resources.invoices],
            change_v2.change_type,
            [one.status for one in change_v2.changed_resources.invoices],
            change_v2.subscription.plan_id == top,
            # The line that ends and the one that begins.
            len(change_v2.changed_resources.line_items),
        ],
    }


def modified(sdk, subscription):
    line = sdk.subscriptions.query_subscription_line_items(subscription_ids=[subscription]).items[0]
    more = {
        "id": subscription,
        "type_": "quantity_change",
        "quantity_change_params": {"line_items": [{"id": line.id, "quantity": "3"}]},
    }
    preview = sdk.subscriptions.preview_subscription_modify(**more)
    made = sdk.subscriptions.execute_subscription_modify(**more)
    actions = [sorted(one.change_action for one in answer.changed_resources.line_items) for answer in (preview, made)]
    lines = sdk.subscriptions.get_subscription(id=subscription).line_items
    return {"modified": [actions[0] == actions[1], "3" in [one.quantity for one in lines]]}


def scheduled(sdk, subscription, plan):
    """What waits for the period's end is listed, read and taken back."""
    later = sdk.subscriptions.execute_subscription_change(
        id=subscription,
        target_plan_id=plan,
        proration_behavior="none",
        billing_cycle="anniversary",
        change_at="end_of_period",
        **monthly,
    )
    of_one = sdk.subscriptions.list_subscription_schedules(id=subscription).schedules
    of_all = sdk.subscriptions.list_all_subscription_schedules(pending_only=True).schedules
    read = sdk.subscriptions.get_subscription_schedule(schedule_id=later.schedule_id)
    sdk.subscriptions.cancel_subscription_schedule(schedule_id_param=later.schedule_id)
    after = sdk.subscriptions.get_subscription_schedule(schedule_id=later.schedule_id)
    return {
        "scheduled": [
            later.is_scheduled,
            [one.id for one in of_one] == [one.id for one in of_all] == [later.schedule_id],
            read.status,
            after.status,
        ]
    }


def stopped(sdk, subscription):
    paused = sdk.subscriptions.pause_subscription(id=subscription)
    shown = sdk.subscriptions.get_subscription(id=subscription).subscription_status
    resumed = sdk.subscriptions.resume_subscription(id=subscription)
    again = sdk.subscriptions.get_subscription_v2(id=subscription).subscription_status
    cancelled = sdk.subscriptions.cancel_subscription(id=subscription, cancellation_type="immediate")
    return {
        "paused": [paused.subscription.id == subscription, shown],
        "resumed": [resumed.subscription.id == subscription, again],
        "cancelled": [cancelled.subscription_id == subscription, cancelled.status],
    }


def walk(sdk):
    customer = sdk.customers.create_customer(external_id="sdk-python-changes", name="Ada")
    plans = [add_plan(sdk, name, amount) for name, amount in (("Basic", "30"), ("Pro", "90"), ("Top", "120"))]
    subscription = sdk.subscriptions.create_subscription(
        customer_id=customer.id,
        plan_id=plans[0],
        currency="usd",
        billing_period="MONTHLY",
        billing_period_count=1,
        billing_cycle="anniversary",
    ).id
    return {
        **changed(sdk, subscription, plans),
        **modified(sdk, subscription),
        **scheduled(sdk, subscription, plans[0]),
        **stopped(sdk, subscription),
    }


# Its five seconds by default are too few for the first change on a machine that is busy with all other tests.
with Flexprice(server_url=f"{gateway_url}/v1", api_key_auth=api_key, timeout_ms=60_000) as client:
    print(json.dumps(walk(client)))
