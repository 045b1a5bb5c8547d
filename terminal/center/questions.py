"""What a till asks the municipal center, one call a transaction: who this is, how it stands, what is new.

Questions change nothing there, and raise Unavailable or Refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from terminal.center import fields, messages, publications
from terminal.center.answers import Credential, Inquiry, InsuredPerson, RowThere, SignIn, TotalsAnswer
from terminal.center.details import CenterRow, OwnRow, packed, read_center_rows, unpacked
from terminal.center.entitlement import entitlement_input, with_entitlement
from terminal.center.exchange import Exchange
from terminal.center.no_answer import understood
from terminal.center.outcome import amounts_there
from terminal.center.publications import Offer
from terminal.errors import Refused
from terminal.journal.records import GroupTotals, SettlementRecord


class Questions:
    """The questions of one till, over its exchange, in the name of the operator who signed in. One thread at a time."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.profile = exchange.profile
        self._operator = ""

    @property
    def operator(self) -> str:
        """Who signed in last and has not signed out; "" for nobody."""
        return self._operator

    def works_for(self, operator: str) -> None:
        """Ask from here on in the name of an operator who signed in at another desk of this till."""
        self._operator = operator

    @property
    def provider_ids(self) -> list[str]:
        """The institutions that this till settles for."""
        return list(self._exchange.institution.provider_names)

    @property
    def clearing_agency(self) -> str:
        """The agency whose totals and details are asked for where the center has named no other."""
        return self._exchange.institution.clearing_agency

    def is_of_another_till(self, message_id: str) -> bool:
        """Whether another till of one of our institutions has sent what the center knows by this id."""
        return self._exchange.is_of_another_till(message_id)

    def sign_in(self, operator: str) -> SignIn:
        """9001. Raises Unavailable (center not reached or not understood) or Refused (the center says no)."""
        signed = self._exchange.sign_in(operator)
        self._operator = operator
        return signed

    def sign_out(self, operator: str) -> None:
        """9002, where `operator` is signed in today; else nothing. Raises Unavailable or Refused."""
        self._exchange.sign_out(operator)
        if self._operator == operator:
            self._operator = ""

    def identify(self, provider_id: str, credential: Credential) -> InsuredPerson:
        """1101: who this is and what the center knows of them; 2001 after it, where the profile asks for it.

        Raises Unavailable (not reached, not understood) or Refused (not known there, nobody signed in here).
        """
        data, operator = messages.person_input(credential), self._signed_operator()
        person = understood(messages.read_person, self._exchange.ask(fields.PERSON, provider_id, operator, data))
        if not self.profile.entitlement_check:
            return person
        data = entitlement_input(person, self.profile.entitlement_check, provider_id, self._exchange.now())
        place = person.insured_place
        answer = self._exchange.ask(fields.ENTITLEMENT, provider_id, operator, data, insured_place=place)
        return understood(lambda found: with_entitlement(person, found), answer)

    def accumulators(self, provider_id: str, person_number: str) -> dict[str, int]:
        """5206: the year's accumulators by the center's own codes, in hundredths. Raises Unavailable or Refused."""
        data = {"data": {"psn_no": person_number, "cum_ym": ""}}
        answer = self._exchange.ask(fields.ACCUMULATORS, provider_id, self._signed_operator(), data)
        return understood(messages.read_accumulators, answer)

    def totals(self, business_day: dt.date, group: GroupTotals) -> TotalsAnswer:
        """3201: whether the agency of this group has the same totals for it on this day.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in
        here).
        """
        data = messages.totals_input(business_day, group, group.agency or self.clearing_agency, self.profile)
        answer = self._exchange.ask(fields.TOTALS, group.provider_id, self._signed_operator(), data)
        balanced, text = understood(lambda found: messages.read_totals(found, self.profile), answer)
        return TotalsAnswer(balanced, text, answer.body)

    def details(
        self, business_day: dt.date, sums: GroupTotals, rows: Sequence[OwnRow], last_day: dt.date | None = None
    ) -> list[CenterRow]:
        """9101, 3202, 9102: our rows of one provider, clearing class and agency (of `sums`) up, the center's down.

        last_day: of several days, which start with business_day. Raises Unavailable (not reached, not understood) or
        Refused (the center says no, nobody signed in here).
        """
        operator, provider_id = self._signed_operator(), sums.provider_id
        days = (business_day, last_day or business_day)
        stem = f"{provider_id}{business_day:%Y%m%d}{fields.CLEARING_CLASSES[sums.clearing_class]}"
        sent = self._exchange.upload(provider_id, operator, f"{stem}.zip", packed(rows, f"{stem}.txt"))
        agency = sums.agency or self.clearing_agency
        asked = messages.details_input(days, sums, agency, understood(messages.read_upload, sent), self.profile)
        answer = self._exchange.ask(fields.DETAILS, provider_id, operator, asked)
        number, name = understood(messages.read_details, answer)
        return understood(read_center_rows, self.download(number, name, provider_id))

    def download(self, number: str, name: str, provider_id: str) -> bytes:
        """9102: a file's bytes. Raises Unavailable, Refused."""
        data = messages.download_input(number, name, provider_id)
        return self._exchange.ask_file(fields.DOWNLOAD_FILE, provider_id, self._signed_operator(), data)

    def published_files(self) -> list[Offer]:
        """1901: every file that this center publishes. Raises Unavailable or Refused."""
        provider_id, area_code = self._exchange.first_provider, self._exchange.institution.area_code
        data = publications.list_input(area_code)
        answer = self._exchange.ask(fields.DICTIONARY, provider_id, self._signed_operator(), data)
        return understood(publications.read_list, answer)

    def next_catalogue(self, catalogue: str, version: int) -> Offer | None:
        """1301 …: the version after `version` of a catalogue, or None. Raises Unavailable or Refused."""
        data = publications.catalogue_input(version)
        answer = self._exchange.ask(catalogue, self._exchange.first_provider, self._signed_operator(), data)
        return understood(publications.read_catalogue, answer)

    def published_file(self, offer: Offer) -> bytes:
        """9102: the bytes of a published file, out of their ZIP. Raises Unavailable or Refused."""
        operator, data = (
            self._signed_operator(),
            messages.download_input(offer.file_number, offer.file_name, publications.FILES_OF_THE_CENTER),
        )
        provider_id = self._exchange.first_provider
        return understood(unpacked, self._exchange.ask_file(fields.DOWNLOAD_FILE, provider_id, operator, data))

    def is_taken_back(self, record: SettlementRecord) -> bool:
        """5203: whether the center has the settlement `record` as taken back.

        Raises Unavailable (not reached, not understood) or Refused (the center says no).
        """
        operator = self._exchange.sender(record.operator)
        answer = self._exchange.ask_about(record, fields.QUERY, messages.query_input(record), operator)
        return understood(messages.read_taken_back, answer)

    def row_there(self, provider_id: str, person_number: str, center_number: str, visit_number: str) -> RowThere:
        """5203: how a row stands that the center told of in its details, whoever sent it.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, nobody signed in here).
        """
        data = messages.row_input(person_number, center_number, visit_number)
        answer = self._exchange.ask(fields.QUERY, provider_id, self._signed_operator(), data)
        return understood(messages.read_row, answer)

    def inquire(self, record: SettlementRecord) -> Inquiry:
        """5203: the settlement as it stands at the center, beside ours.

        Raises Unavailable (not reached, not understood) or Refused (the center says no, or has given no number for it).
        """
        if "setl_id" not in record.center_references:
            message = "the center has given no number for this settlement yet"
            raise Refused("not-at-center", message, "中心尚无该结算编号", "settlement_id")
        return self._inquiry(record, self._signed_operator())

    def _inquiry(self, record: SettlementRecord, operator: str) -> Inquiry:
        answer = self._exchange.ask_about(record, fields.QUERY, messages.query_input(record), operator)
        sums, found = understood(lambda given: amounts_there(given, record), answer)
        return Inquiry(understood(messages.read_taken_back, answer), sums, found)

    def _signed_operator(self) -> str:
        if not self._operator:
            message = "no operator is signed in at the center"
            raise Refused("not-signed-in", message, "操作员尚未签到", "center")
        return self._operator
