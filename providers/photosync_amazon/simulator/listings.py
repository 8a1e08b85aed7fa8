"""The listings of the simulated account: /search, /nodes, folders and albums (sections 4, 5 and 10)."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from photosync.testing.index import Card, LibraryIndex, Numbers, Order
from photosync.testing.library import SimulatedLibrary
from photosync.testing.tolerance import Tolerance
from photosync_amazon.simulator.filters import FilterError, NodeClause, parse_nodes, parse_search
from photosync_amazon.simulator.nodes import (
    Json,
    SimulatedAccount,
    card_test,
    dotted,
    facet_values,
    field_value,
    file_node,
)
from photosync_amazon.simulator.tree import AccountTree

MAX_LIMIT = 200
MAX_OFFSET = 9_999
_CONTEXTS = frozenset({"customer", "all", "unknown", "family", "groups"})
_GROUPS = frozenset({"day", "month", "year"})
_CATEGORIES: dict[str, str] = {
    **dict.fromkeys(("allPeople", "clusterId", "people", "familyMembers"), "people"),
    **{field: field for field in ("favorite", "location", "things", "type")},
    "time": "timeYear",
}
_SORT = re.compile(r"\['([\w.]+) (ASC|DESC)'\]")
_SEARCH_SORTS: dict[str, Order] = {
    "contentProperties.contentDate": "taken",
    "createdDate": "added",
    "name": "name",
}
_NODE_SORTS: dict[str, Order] = {
    **_SEARCH_SORTS,
    **dict.fromkeys(("modifiedDate", "kind", "status", "contentProperties.size"), "added"),
    **dict.fromkeys(("contentProperties.contentType", "contentProperties.extension"), "added"),
}

Answer = Callable[[Mapping[str, str]], Json]


class ListingRefusedError(Exception):
    """400, with this message."""


class _Window(NamedTuple):
    offset: int
    limit: int
    order: Order
    descending: bool


class AmazonListings:
    """Answers listing calls about one library."""

    def __init__(
        self,
        library: SimulatedLibrary,
        index: LibraryIndex,
        account: SimulatedAccount,
        tolerance: Tolerance,
        most_a_page: int,
    ) -> None:
        self._library = library
        self._index = index
        self._account = account
        self._tolerance = tolerance
        self._most_a_page = most_a_page
        self._counted: tuple[int, dict[str, Counter[str]]] | None = None

    def search(self, query: Mapping[str, str]) -> Json:
        """GET /search."""
        context = query.get("searchContext", "")
        if context not in _CONTEXTS:
            raise ListingRefusedError("Invalid searchContext")
        group = query.get("groupByForTime")
        if group is not None and group not in _GROUPS:
            raise ListingRefusedError(f"Invalid groupByForTime: {group}")
        window = _window(query, _SEARCH_SORTS, "taken", descending=True)
        numbers = self._searched(query.get("filters", ""), context, window.order)
        limit = min(window.limit, self._most_a_page)
        page = numbers.page(window.offset, limit, descending=window.descending)
        nodes = [file_node(self._library, self._account, number, search=True) for number in page]
        aggregations = {} if group is None else {word: self._aggregated(word) for word in _CATEGORIES}
        if group is not None:
            found = numbers.page(0, len(numbers), descending=False)
            aggregations["time"] = self._by_time(frozenset(found), group)
        return {"count": len(numbers), "data": nodes, "aggregations": aggregations}

    def _by_time(self, numbers: frozenset[int], group: str) -> list[Json]:
        """The matching items that have a date, by year, month or day."""
        length = {"year": 4, "month": 7}.get(group, 10)
        counts = Counter(
            f"{card.year:04}-{card.month:02}-{card.day:02}"[:length]
            for card in self._index.cards()
            if card.year and card.number in numbers
        )
        return [{"value": value, "count": count} for value, count in sorted(counts.items())]

    def aggregation(self, query: Mapping[str, str]) -> Json:
        """GET /search/aggregation."""
        category = query.get("category", "")
        if category not in _CATEGORIES or "aggregationContext" not in query:
            raise ListingRefusedError(f"Invalid category: {category}")
        entries = self._aggregated(category)
        if category == "familyMembers" and self._account.tree.tells_family:
            entries = [{**entry, "familyId": self._account.family} for entry in entries]
        return {"aggregations": entries, "category": category}

    def nodes(self, query: Mapping[str, str]) -> Json:
        """GET /nodes."""
        return self._listed(query, lambda _node: True, lambda _number: True)

    def children(self, node_id: str, query: Mapping[str, str]) -> Json:
        """GET /nodes/{id}/children."""

        def is_special_child(node: Json) -> bool:
            parents = node["parents"]
            return isinstance(parents, list) and node_id in parents

        def is_child(number: int) -> bool:
            return self._account.parent(number) == node_id or self._account.is_member(node_id, number)

        return self._listed(query, is_special_child, is_child, node_id)

    def trash(self, nodes: Sequence[Json], query: Mapping[str, str]) -> Json:
        """GET /trash, where `nodes` are those in the trash; the order is that of `nodes`."""
        window = _window(query, _NODE_SORTS, "added", descending=True)
        if token := query.get("startToken"):
            window = window._replace(offset=_offset_of(token))
        elif window.offset + window.limit > MAX_OFFSET:
            raise ListingRefusedError(f"Offset + limit cannot be greater than {MAX_OFFSET}")
        clauses = self._node_clauses(query.get("filters", ""))
        found = [node for node in nodes if all(clause.test(dotted(node, clause.field)) for clause in clauses)]
        end = window.offset + window.limit
        answer: Json = {"count": len(found), "data": found[window.offset : end]}
        if end < len(found) and query.get("asset") == "ALL" and query.get("tempLink") == "true":
            answer["nextToken"] = _token(end)
        return answer

    def is_parent(self, node_id: str) -> bool:
        """Whether a folder or an album has this id."""
        return self._special(node_id) is not None

    def node(self, node_id: str) -> Json | None:
        """GET /nodes/{id}."""
        number = self._library.number_of(node_id)
        if number is None:
            return self._special(node_id)
        if number in self._account.tree.purged:
            return None
        return file_node(self._library, self._account, number, search=False)

    def _special(self, node_id: str) -> Json | None:
        return next((node for node in self._account.special_nodes(self._library) if node["id"] == node_id), None)

    def _searched(self, text: str, context: str, order: Order) -> Numbers:
        try:
            alternatives = parse_search(text)
        except FilterError as error:
            raise ListingRefusedError(str(error)) from None
        account, tree = self._account, self._account.tree
        is_everything = context != "family" and not tree.foreign and tree.finds_hidden
        if alternatives == [()] and is_everything:
            return self._index.all(order)
        tests = [[card_test(clause, self._library) for clause in together] for together in alternatives]

        def is_found(card: Card) -> bool:
            if not (is_everything or account.has(context, card.number)):
                return False
            return any(all(test(card) for test in together) for together in tests)

        # Tests change what belongs to others without a new version.
        state = () if is_everything else (context, frozenset(tree.foreign), frozenset(tree.vault), tree.version)
        return self._index.select(("search", text, state), is_found, order)

    def _aggregated(self, category: str) -> list[Json]:
        if self._counted is None or self._counted[0] != self._library.version:
            self._counted = (self._library.version, self._count())
        tree, counts = self._account.tree, Counter[str]()
        for value, count in self._counted[1][_CATEGORIES[category]].items():
            counts[tree.merged.get(value, value)] += count
        return [_entry(category, value, count, tree) for value, count in counts.most_common()]

    def _count(self) -> dict[str, Counter[str]]:
        counts = {field: Counter[str]() for field in set(_CATEGORIES.values())}
        for card in self._index.cards():
            for field, counter in counts.items():
                for value in facet_values(self._library, card, field):
                    counter[value] += 1
        return counts

    def _listed(
        self,
        query: Mapping[str, str],
        has_special: Callable[[Json], bool],
        has: Callable[[int], bool],
        parent: str | None = None,
    ) -> Json:
        window = _window(query, _NODE_SORTS, "added", descending=False)
        if token := query.get("startToken"):
            window = window._replace(offset=_offset_of(token))
        elif window.offset + window.limit > MAX_OFFSET:
            raise ListingRefusedError(f"Offset + limit cannot be greater than {MAX_OFFSET}")
        clauses = self._node_clauses(query.get("filters", ""))
        special = [
            node
            for node in self._account.special_nodes(self._library)
            if has_special(node) and self._is_asked_for(node, clauses)
        ]
        files = self._files(clauses, has, parent, window.order)
        data: list[Json] = special[window.offset : window.offset + window.limit]
        first, count = max(0, window.offset - len(special)), window.limit - len(data)
        for number in files.page(first, count, descending=window.descending):
            data.append(file_node(self._library, self._account, number, search=False))  # noqa: PERF401  # plainer so
        total, end = len(special) + len(files), window.offset + len(data)
        answer: Json = {"count": total, "data": data}
        if end < total and query.get("asset") == "ALL" and query.get("tempLink") == "true":
            answer["nextToken"] = _token(end)
        return answer

    @staticmethod
    def _is_asked_for(node: Json, clauses: Sequence[NodeClause]) -> bool:
        """Items in the trash are, if `status` says so."""
        if node["status"] != "AVAILABLE" and not any(clause.field == "status" for clause in clauses):
            return False
        return all(clause.test(dotted(node, clause.field)) for clause in clauses)

    def _node_clauses(self, text: str) -> Sequence[NodeClause]:
        try:
            return parse_nodes(text, self._tolerance)
        except FilterError as error:
            raise ListingRefusedError(str(error)) from None

    def _files(
        self, clauses: Sequence[NodeClause], has: Callable[[int], bool], parent: str | None, order: Order
    ) -> Numbers:
        """The photos and videos among the nodes: those in the trash only where `status` asks for them."""

        def fits(number: int) -> bool:
            return has(number) and all(
                clause.test(field_value(self._library, self._account, number, clause.field)) for clause in telling
            )

        if any(clause.field == "status" and not clause.test("AVAILABLE") for clause in clauses):
            wanted = any(clause.field == "status" and clause.test("TRASH") for clause in clauses)
            telling = [clause for clause in clauses if clause.field != "status"]
            trashed = (number for number in self._library.removed if number not in self._account.tree.purged)
            return _Few(filter(fits, trashed) if wanted else [])
        telling = [clause for clause in clauses if clause.field != "status"]
        if not all(clause.test("FILE") for clause in telling if clause.field == "kind"):
            return _Few([])
        telling = [clause for clause in telling if clause.field != "kind"]
        everywhere = parent is None or (parent == self._account.pictures and not self._account.tree.parents)
        if not telling and everywhere:
            return self._index.all(order)
        for clause in telling:
            if clause.field == "contentProperties.md5" and clause.word is not None:
                return _Few(filter(fits, self._library.with_md5(clause.word)))

        def keep(card: Card) -> bool:
            return fits(card.number)

        question = ("nodes", parent, self._account.tree.version, tuple(clause.text for clause in telling))
        return self._index.select(question, keep, order)


class _Few:
    """Numbers in a short list."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = list(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def page(self, offset: int, limit: int, *, descending: bool) -> list[int]:
        return (self._numbers[::-1] if descending else self._numbers)[offset : offset + limit]


def _entry(category: str, value: str, count: int, tree: AccountTree) -> Json:
    """An entry of an aggregation: the keys differ by category. `tree` has the changed people."""
    if _CATEGORIES[category] == "people":
        name = tree.people.get(value, value.removeprefix("cluster-"))
        hero: Json = {"heroNodeId": tree.heroes[value]} if value in tree.heroes else {}
        return {"clusterId": value, "name": name, "value": value, "count": count, **hero}
    return {"value": value, "count": count}


def _window(query: Mapping[str, str], sorts: Mapping[str, Order], order: Order, *, descending: bool) -> _Window:
    limit, offset = _count(query, "limit", MAX_LIMIT), _count(query, "offset", 0)
    if limit > MAX_LIMIT:
        raise ListingRefusedError(f"Invalid limit: {limit} is greater than {MAX_LIMIT}")
    if text := query.get("sort"):
        match = _SORT.fullmatch(text)
        if match is None or match[1] not in sorts:
            raise ListingRefusedError(f"Invalid sort: {text}")
        order, descending = sorts[match[1]], match[2] == "DESC"
    return _Window(offset, limit, order, descending)


def _count(query: Mapping[str, str], key: str, default: int) -> int:
    text = query.get(key, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ListingRefusedError(f"Invalid {key}: {text}")
    return int(text)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from {offset}".encode()).decode()


def _offset_of(token: str) -> int:
    try:
        word, number = base64.urlsafe_b64decode(token).decode().split()
        if word == "from":
            return int(number)
    except ValueError:
        pass
    raise ListingRefusedError("Invalid startToken")
