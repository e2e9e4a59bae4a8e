"""The device's encrypted store: `Store` opens a folder, `UnlockedStore` is what one person has unlocked.

store = Store.open(folder, clock)
unlocked = store.unlock(passphrase)
people.list_household_records(unlocked)
"""

from __future__ import annotations

from assessments.ports import DataLoss
from assessments.store.access.device import DEVICE_KEY, DeviceIdentity
from assessments.store.access.recovery_requests import RecoveryRequests
from assessments.store.outbox import StoredOutbox
from assessments.store.rows.unlocked_store import UnlockedAssessment, UnlockedStore
from assessments.store.salvage.salvage import SalvageReport, salvage
from assessments.store.store import DeviceSettings, Store

__all__ = [
    "DEVICE_KEY",
    "DataLoss",
    "DeviceIdentity",
    "DeviceSettings",
    "RecoveryRequests",
    "SalvageReport",
    "Store",
    "StoredOutbox",
    "UnlockedAssessment",
    "UnlockedStore",
    "salvage",
]
