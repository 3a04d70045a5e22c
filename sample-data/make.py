#!/usr/bin/env python3
"""Writes the CSV files of the sample shop beside this file: `python3 make.py`, or `python3 make.py FOLDER`.

Needs the standard library only. Everything comes from one seed and a fixed day, so the same program writes the same
bytes. The files are in the form of PostgreSQL's `COPY ... (FORMAT csv, HEADER true)`: NULL is an empty field, the empty
text is `""`; generated columns are left out. The words are in world.py, the tables in schema.sql.
"""

import json
import random
import sys
import unicodedata
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True  # Leaves the folder as it is.

from world import (CATEGORIES, COMPANIES, COMPLAINTS, COUNTRIES, DELIVERY_NOTES, EMPTY_COUNTRIES, GIFTS, JOBS, MAIL_HOSTS, PRAISE,
                   PRODUCTS, UGLY_NAMES, USER_AGENTS)

TODAY = datetime(2025, 6, 30, 12, 0, 0)
CUSTOMERS, EMPLOYEES, PRODUCTS_COUNT, ORDERS, REVIEWS, TICKETS, LOGINS, EVENTS = 3000, 60, 400, 6000, 2600, 1200, 5000, 1000
LIFE, NEVER = "infinity", "-infinity"
BASE64 = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
ALPHANUMERIC = BASE64[2:]
NOT_LATIN_1 = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "æ": "ae", "Æ": "Ae", "đ": "d", "ð": "d", "þ": "th"})


# Values -------------------------------------------------------------------------------------------------------------

class Json(dict):
    """A value of a jsonb column."""


def element(text):
    """One element of a text[], quoted where PostgreSQL would quote it."""
    if text and text.upper() != "NULL" and not any(c in text for c in '{}",\\ \t\r\n'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ordered(value):
    """A value of a jsonb column with its keys in PostgreSQL's order: shorter ones first."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key.encode()))}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def field(value):
    """One field of a CSV line, quoted where PostgreSQL would quote it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        text = value.isoformat(" ")
        return (text.rstrip("0") if value.microsecond else text) + "+00"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, bytes):
        text = "\\x" + value.hex()
    elif isinstance(value, list):
        text = "{" + ",".join(map(element, value)) + "}"
    elif isinstance(value, Json):
        text = json.dumps(ordered(value), ensure_ascii=False)
    else:
        text = str(value)
    if text == "" or text == "\\." or any(c in text for c in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


class Shop:
    """The draws of all tables, from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tables = {}
        self.emails = set()

    def table(self, name, columns):
        """Begins a table; returns the function that appends a row."""
        rows = self.tables[name] = [columns.split()]

        def add(*values):
            assert len(values) == len(rows[0]), (name, values)
            rows.append(values)

        return add

    def write(self, folder):
        """Writes one file a table."""
        for name, rows in self.tables.items():
            text = "".join(",".join(field(value) for value in row) + "\n" for row in rows)
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
            print(f"{name}: {len(rows) - 1} rows, {len(text.encode()) // 1024} kB")

    def chance(self, share):
        return self.random.random() < share

    def maybe(self, share, value):
        """`value`, or NULL in all but a share of the rows."""
        return value if self.chance(share) else None

    def choice(self, items):
        return items[self.random.randrange(len(items))]

    def some(self, items, most):
        return self.random.sample(items, self.random.randint(0, most))

    def filled(self, pattern):
        """A pattern with its `#` and `@` drawn."""
        wide = [chr(ord("０") + n) for n in range(10)]
        drawn = {"#": "0123456789", "＃": wide, "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(self.choice(drawn[c]) if c in drawn else c for c in pattern)

    def token(self, length, alphabet=ALPHANUMERIC):
        return "".join(self.choice(alphabet) for _ in range(length))

    def moment(self, first, last):
        """A timestamp between two, most of them with microseconds."""
        span = int((last - first).total_seconds())
        when = first + timedelta(seconds=self.random.randrange(max(span, 1)))
        return when + timedelta(microseconds=self.random.randrange(10**6)) if self.chance(0.8) else when

    def day(self, first, last):
        return first + timedelta(days=self.random.randrange((last - first).days))

    def money(self, low, high):
        return Decimal(self.random.randrange(low * 100, high * 100)).scaleb(-2)

    def uuid(self):
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def password(self):
        """The form of a bcrypt hash; of nothing."""
        return "$2b$12$" + self.token(53, BASE64)

    def ip(self):
        """Shared (RFC 6598), benchmark (RFC 2544) and unique local (RFC 4193) addresses."""
        if self.chance(0.15):
            return ":".join(["fd00"] + [f"{self.random.randrange(1, 65536):x}" for _ in range(7)])
        host = f"{self.random.randrange(256)}.{self.random.randrange(1, 255)}"
        return f"100.{64 + self.random.randrange(64)}.{host}" if self.chance(0.8) else f"198.{18 + self.random.randrange(2)}.{host}"

    def country(self):
        return self.random.choices(COUNTRIES, [country.weight for country in COUNTRIES])[0]

    def name(self, country):
        """Given and family name, each with its handle."""
        return split(self.choice(country.first)), split(self.choice(country.last))

    def email(self, first, last):
        """An address that no one has yet."""
        host = self.choice(MAIL_HOSTS)
        while True:
            local = self.choice([f"{first}.{last}", f"{first}{last}", f"{first[:1]}.{last}", f"{last}.{first}", f"{first}_{last}"])
            if self.chance(0.7):
                local += str(self.random.randrange(1, 2000))
            if self.chance(0.06):
                local += self.choice(["+shop", "+Newsletter", "+a.b"])
            if self.chance(0.08):
                local = self.choice([local.upper(), local.title()])
            address = f"{local}@{host}"
            if address.lower() not in self.emails:
                self.emails.add(address.lower())
                return address


def split(word):
    """A name and its handle."""
    name, _, romanised = word.replace("_", " ").partition("/")
    plain = unicodedata.normalize("NFKD", (romanised or name).translate(NOT_LATIN_1))
    return name, "".join(c for c in plain.lower() if c.isascii() and (c.isalnum() or c == "-"))


# Tables -------------------------------------------------------------------------------------------------------------

def reference_tables(shop):
    add = shop.table("countries", "code name currency calling_code")
    for country in COUNTRIES:
        add(country.code, country.name, country.currency, country.prefix)
    for country in EMPTY_COUNTRIES:
        add(*country)
    add = shop.table("categories", "id parent_id slug name")
    ids, leaves = 0, []
    for parent, children in CATEGORIES.items():
        ids += 1
        add(ids, None, parent.lower(), parent)
        top = ids
        for child in children.split():
            ids += 1
            add(ids, top, f"{parent}-{child}".lower(), child)
            leaves.append((ids, child))
    return leaves


def employees(shop):
    add = shop.table("employees", "id manager_id username first_name last_name email badge job_title birth_date hired_on salary shift_start "
                     "phone_extension photo password_hash active")
    ids, people, badges = 0, [], shop.random.sample(range(1000, 1000000), EMPLOYEES)
    for n in range(EMPLOYEES):
        ids += shop.choice([1, 1, 1, 2, 7])
        (first, first_handle), (last, last_handle) = shop.name(shop.choice(COUNTRIES[:6]))
        manager = None if n == 0 else people[0] if n < 8 else people[1 + n % 7]
        job = JOBS[0] if n == 0 else JOBS[1 + n % 7]
        username = f"{first_handle[:1]}.{last_handle}{n}"
        photo = b"\xff\xd8\xff\xe0" + bytes(shop.random.getrandbits(8) for _ in range(40)) if shop.chance(0.4) else None
        add(ids, manager, username, first, last, f"{username}@shop.invalid", f"{badges[n]:06d}", job,
            shop.maybe(0.9, shop.day(date(1958, 1, 1), date(2003, 1, 1))), shop.day(date(2009, 3, 1), TODAY.date()),
            shop.money(24000, 140000), shop.maybe(0.8, shop.choice(["06:00:00", "08:30:00", "14:00:00", "22:15:00"])),
            shop.maybe(0.7, shop.filled("####")), photo, shop.password(), shop.chance(0.9))
        people.append(ids)
    return people


def birth_date(shop):
    if shop.chance(0.02):
        return shop.choice([date(1996, 2, 29), date(1964, 2, 29), date(2000, 2, 29), date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)])
    return shop.day(date(1931, 1, 1), date(2007, 6, 1))


def customers(shop):
    """Returns (id, name, e-mail address, country, since, telephone) of each."""
    add = shop.table("customers", "id public_id email full_name nickname salutation birth_date phone other_phones company tax_id website country "
                     "language loyalty_number status interests preferences metadata credit password_hash api_token referred_by member_until "
                     "last_seen_at created_at updated_at")
    guest = datetime(2022, 1, 1)
    add(0, shop.uuid(), "guest@shop.invalid", "Guest", None, "none", None, None, None, None, None, None, "DE", "de", None, "active", [], Json(),
        None, Decimal("0.00"), None, None, None, None, None, guest, guest)
    ids, people, loyalty = 0, [], set()
    topics = [name for names in CATEGORIES.values() for name in names.lower().split()]
    for n in range(CUSTOMERS):
        ids += 1 if shop.chance(0.93) else shop.random.randrange(2, 40)
        country = shop.country()
        (first, first_handle), (last, last_handle) = shop.name(country)
        name = country.full.format(first=first, last=last)
        email = shop.email(first_handle, last_handle)
        if n % 60 == 7 and n // 60 < len(UGLY_NAMES):
            name = UGLY_NAMES[n // 60]
        if n in (100, 101, 102):
            email = ["jürgen.müller@почта.invalid", '"odd local part"@mail.invalid', "l" * 64 + "@" + "long-" * 10 + "host.invalid"][n - 100]
        phone = shop.filled(shop.choice(country.phones))
        phone = shop.choice(["", " ", "n/a", f" {phone[:20]} "]) if shop.chance(0.02) else phone
        number = shop.filled(f"{country.code}-####-####")
        number = number if shop.chance(0.3) and number not in loyalty else None
        loyalty.add(number)
        since = shop.moment(datetime(2022, 1, 3), datetime(2025, 6, 20))
        seen = shop.moment(since, TODAY)
        company = shop.choice(COMPANIES).format(l=last)[:60] if shop.chance(0.15) else None
        others = [shop.filled(shop.choice(country.phones)) for _ in range(shop.random.randrange(3))] if shop.chance(0.12) else None
        preferences = Json(theme=shop.choice(["light", "dark"]), newsletter=shop.chance(0.4))
        if shop.chance(0.1):
            preferences |= {"recovery": {"email": email, "phone": phone}, "devices": [{"name": f"{first}'s 📱", "ip": shop.ip()}]}
        metadata = Json(source=shop.choice(["ad", "friend", "search"]), notes=[f"{name} ☎ {phone}", {"ключ": "значение", "備考": "特になし"}])
        credit = Decimal("0.00") if shop.chance(0.8) else shop.money(-80, 250)
        website = f"https://www.{last_handle}-{first_handle}.invalid/{shop.choice(['', 'blog?tag=' + first_handle, 'über-uns'])}"
        add(ids, shop.uuid(), email, name, shop.maybe(0.25, (first_handle + shop.filled("##"))[-12:]), shop.choice(["ms", "mr", "mr", "ms", "mx", "none"]),
            shop.maybe(0.7, birth_date(shop)), shop.maybe(0.85, phone[:24]), others, company,
            shop.filled(country.tax) if company else None, shop.maybe(0.05, website), country.code, country.language, number,
            shop.choice(["new", "active", "active", "active", "active", "active", "blocked", "deleted"]), shop.some(topics, 4), preferences,
            shop.maybe(0.2, metadata), credit, shop.maybe(0.95, shop.password()), shop.maybe(0.08, "shop_live_" + shop.token(32)),
            shop.choice(people)[0] if people and shop.chance(0.1) else None, membership(shop), shop.maybe(0.9, seen), since, seen)
        people.append((ids, name, email, country, since, phone))
    return people


def membership(shop):
    if shop.chance(0.7):
        return None
    return shop.choice([LIFE, NEVER, shop.moment(TODAY, datetime(2027, 1, 1)), shop.moment(datetime(2023, 1, 1), TODAY)])


def addresses(shop, people):
    """Returns the numbers of each customer's addresses."""
    add = shop.table("addresses", "customer_id number is_default recipient street street2 city postcode country phone delivery_note")
    numbers = {}
    for ids, name, _, country, _, phone in people:
        mine = list(range(1, 1 + shop.random.choices([0, 1, 2, 3], [8, 70, 17, 5])[0]))
        if mine and shop.chance(0.03):
            mine[-1] = 99
        for number in mine:
            (first, _), (last, _) = shop.name(country)
            other = country.full.format(first=first, last=last)
            street = country.street.format(s=shop.choice(country.streets), n=shop.random.randrange(1, 240))
            postcode = shop.filled(country.postcode)
            add(ids, number, number == mine[0], name if number == 1 else other, shop.filled(street),
                shop.maybe(0.12, shop.choice(["c/o " + other, "Apt. 4B", "Hinterhaus", ""])), shop.choice(country.cities),
                shop.maybe(0.97, postcode), country.code, shop.maybe(0.3, phone[:24]),
                shop.maybe(0.08, shop.choice(DELIVERY_NOTES).format(n=other)))
        numbers[ids] = mine
    return numbers


def products(shop, leaves):
    """Returns (sku, name, price) of each."""
    add = shop.table("products", "sku category_id name description price tags attributes weight_kg lead_time thumbnail released_on discontinued updated_at")
    skus, found = set(), []
    while len(found) < PRODUCTS_COUNT:
        category, label = shop.choice(leaves)
        sku = f"{label[:3].upper()}-{shop.filled('####')}"
        if sku in skus:
            continue
        skus.add(sku)
        name = f"{shop.choice(PRODUCTS['adjectives'])} {shop.choice(PRODUCTS['nouns'])}"
        price = shop.money(3, 400)
        attributes = Json(colour=shop.choice(["red", "sea green", "weiß", "藍色"]), size={"cm": [shop.random.randrange(5, 200) for _ in range(3)]}, eco=shop.chance(0.3))
        thumbnail = b"GIF89a" + bytes(shop.random.getrandbits(8) for _ in range(24)) if shop.chance(0.3) else None
        add(sku, category, name, shop.maybe(0.8, f"{name}: for {label.lower()}, 2-year guarantee. \"Simply good\" — ½ price in June™."), price,
            shop.some(["new", "sale", "eco", "gift idea", "best,seller", 'the "one"'], 3), attributes, shop.maybe(0.9, shop.random.randrange(1, 400) / 8),
            shop.maybe(0.7, shop.choice(["1 day", "3 days", "2 mons", "12:00:00", "1 day 06:30:00"])), thumbnail,
            shop.maybe(0.9, shop.day(date(2015, 1, 1), TODAY.date())), shop.chance(0.1), shop.moment(datetime(2024, 1, 1), TODAY))
        found.append((sku, name, price))
    return found


def orders(shop, people, numbers, staff, goods):
    """Writes orders, their lines and payments. Returns (order, customer) of each."""
    add = shop.table("orders", "id ordered_on customer_id ship_to handled_by status ordered_at shipped_at total currency coupon gift_message placed_from")
    add_line = shop.table("order_lines", "order_id ordered_on line sku quantity unit_price")
    add_payment = shop.table("payments", "id order_id ordered_on method amount currency card_holder card_last4 iban reference provider_payload paid_at")
    ids, found = 1000, []
    for _ in range(ORDERS):
        ids += 1 if shop.chance(0.95) else shop.random.randrange(2, 30)
        buyer = shop.choice(people[:1 + shop.random.randrange(len(people))])
        customer, name, email, country, since, _ = buyer
        at = shop.moment(since, TODAY)
        if shop.chance(0.01):
            at = shop.moment(datetime(2026, 1, 2), datetime(2026, 3, 1))
        if shop.chance(0.03):
            customer, ship_to = 0, None
        else:
            ship_to = shop.choice(numbers[customer]) if numbers[customer] else None
        status = shop.choice(["open", "paid", "shipped"] + ["delivered"] * 9 + ["returned", "cancelled"]) if at < TODAY else "open"
        shipped = at + timedelta(minutes=shop.random.randrange(0, 12000)) if status in ("shipped", "delivered", "returned") else None
        total = Decimal("0.00")
        for line in range(1, 1 + shop.random.choices([1, 2, 3, 4, 9], [40, 30, 17, 10, 3])[0]):
            sku, _, price = shop.choice(goods)
            quantity = shop.random.choices([1, 2, 3, 12], [75, 15, 7, 3])[0]
            add_line(ids, at.date(), line, sku, quantity, price)
            total += price * quantity
        add(ids, at.date(), customer, ship_to, shop.maybe(0.7, shop.choice(staff)), status, at, shipped, total, country.currency,
            shop.maybe(0.08, split(country.first[0])[1].upper() + shop.filled("##")), shop.maybe(0.04, shop.choice(GIFTS).format(n=name)),
            shop.maybe(0.9, shop.ip()))
        found.append((ids, customer))
        if status in ("open", "cancelled"):
            continue
        pay(shop, add_payment, ids, at, total, country, name, email)
        if status == "returned":
            pay(shop, add_payment, ids, at, -total, country, name, email)
    return found


def pay(shop, add, order, at, amount, country, name, email):
    method = shop.random.choices(["card", "transfer", "cash on delivery", "voucher"], [60, 25, 10, 5])[0]
    card, transfer = method == "card", method == "transfer"
    payload = Json(status="ok", payer={"email": email, "name": name}, risk=shop.random.randrange(100) / 100) if card and shop.chance(0.4) else None
    paid = at + timedelta(seconds=shop.random.randrange(400), microseconds=shop.random.randrange(10**6), days=9 if amount < 0 else 0)
    add(shop.uuid(), order, at.date(), method, amount, country.currency, name.strip().upper()[:26] if card else None,
        shop.filled("####") if card else None, shop.filled(f"{country.code}00##################") if transfer else None,
        shop.filled(f"TX-@@##-{order:08d}-##"), payload, paid)


def reviews(shop, people, goods):
    add = shop.table("reviews", "id sku customer_id author rating title body language created_at")
    ids, seen = 0, set()
    for _ in range(REVIEWS):
        ids += shop.choice([1, 1, 1, 1, 3])
        customer, name, _, country, since, _ = shop.choice(people)
        sku, product, _ = shop.choice(goods)
        if shop.chance(0.05) or (customer, sku) in seen:
            customer = None
        seen.add((customer, sku))
        titles, sentences = (text.split("|") for text in PRAISE[country.language])
        friend = split(shop.choice(country.first))[0]
        body = " ".join(shop.random.sample(sentences, shop.random.randint(1, len(sentences)))).format(p=product, f=friend)
        body = shop.choice(["", " ", "\n", "👍" * 30, body + "\r\n\r\n" + body.upper()]) if shop.chance(0.02) else body
        add(ids, sku, customer, (name.strip() or "Anonymous")[:40], shop.random.choices([1, 2, 3, 4, 5], [8, 6, 12, 30, 44])[0],
            shop.maybe(0.8, shop.choice(titles)), shop.maybe(0.93, body), country.language, shop.moment(since, TODAY))


def tickets(shop, people, staff, placed):
    add = shop.table("tickets", "id customer_id assigned_to reply_to subject body attachment channel priority opened_at closed_at")
    ids = 0
    for _ in range(TICKETS):
        ids += shop.choice([1, 1, 2])
        customer, name, email, _, since, phone = shop.choice(people)
        subject, body = shop.choice(COMPLAINTS)
        words = {"o": shop.choice(placed)[0], "n": name.strip(), "m": email, "t": phone.strip()}
        at = shop.moment(since, TODAY)
        attachment = b"%PDF-1.7\n" + bytes(shop.random.getrandbits(8) for _ in range(32)) if shop.chance(0.04) else None
        closed = at + timedelta(hours=shop.random.randrange(0, 400), microseconds=shop.random.randrange(10**6))
        add(ids, shop.maybe(0.9, customer), shop.maybe(0.8, shop.choice(staff)), shop.maybe(0.8, email), subject.format(**words)[:120],
            body.format(**words), attachment, shop.choice(["mail", "mail", "chat", "phone"]), shop.random.randint(1, 4), at, shop.maybe(0.8, closed))


def logins(shop, people):
    add = shop.table("logins", "id customer_id typed_email at ip user_agent device_id session_token succeeded")
    ids = 2**31 - 4000  # Goes past the largest 32-bit integer.
    for _ in range(LOGINS):
        ids += 1 if shop.chance(0.9) else shop.random.randrange(2, 9)
        customer, _, email, _, since, _ = shop.choice(people[:1 + shop.random.randrange(len(people))])
        succeeded = shop.chance(0.9)
        typed = email.swapcase() if shop.chance(0.05) else email
        known = succeeded or shop.chance(0.5)
        add(ids, customer if known else None, typed if known else typed.replace(".", "", 1), shop.moment(since, TODAY), shop.ip(),
            shop.maybe(0.95, shop.choice(USER_AGENTS)), shop.maybe(0.6, f"dev-{customer:05d}-{shop.random.randrange(3)}"),
            shop.token(32, "0123456789abcdef") if succeeded else None, succeeded)


def newsletter(shop, people):
    add = shop.table("newsletter", "email name subscribed_at unsubscribed_at confirm_token source_url")
    for _, name, email, country, since, _ in people:
        if not shop.chance(0.55):
            continue
        if shop.chance(0.3):  # Never bought anything.
            (first, first_handle), (last, last_handle) = shop.name(country)
            name, email = country.full.format(first=first, last=last), shop.email(first_handle, last_handle)
        at = shop.moment(since, TODAY)
        add(email, shop.maybe(0.6, name), at, shop.maybe(0.15, shop.moment(at, TODAY)), shop.maybe(0.9, "nl_" + shop.token(24)),
            shop.maybe(0.5, f"https://shop.invalid/{country.language}/join?ref={shop.filled('######')}&mail={email}"))


def events(shop, people):
    add = shop.table("audit.events", "id at actor action client detail")
    for ids in range(1, EVENTS + 1):
        customer, name, email, _, since, _ = shop.choice(people)
        client = f"100.{64 + shop.random.randrange(64)}.{shop.random.randrange(256)}.0/24"
        add(ids, shop.moment(since, TODAY), email, shop.choice(["login", "profile.update", "order.cancel", "gdpr.export"]), shop.maybe(0.9, client),
            Json(customer=customer, before={"name": name}, after=None))


def main():
    shop = Shop("the shop, first edition")
    leaves = reference_tables(shop)
    staff = employees(shop)
    people = customers(shop)
    numbers = addresses(shop, people)
    goods = products(shop, leaves)
    placed = orders(shop, people, numbers, staff, goods)
    reviews(shop, people, goods)
    tickets(shop, people, staff, placed)
    logins(shop, people)
    newsletter(shop, people)
    events(shop, people)
    shop.write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)


if __name__ == "__main__":
    main()
