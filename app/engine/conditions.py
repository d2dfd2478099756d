"""The condition language: a small, typed, three-valued subset of Python expressions.

``parse`` checks an expression against the vocabulary and turns it into a closure over an ``Env``. Evaluation follows
Kleene's strong three-valued logic: ``True``, ``False`` or ``UNKNOWN``. While it runs, the keys that the value rests on
are recorded in ``Env.reads``: for a decided value that is its trace, for an undecided one the unknown keys among them are
the questions that could decide it (the *footprint*).
"""

from __future__ import annotations

import ast
import difflib
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.engine.facts import Key
from app.engine.functions import FUNCTIONS
from app.engine.vocabulary import Item, Vocabulary

MAX_LENGTH = 500
MAX_DEPTH = 20


class _Unknown:
    """The third truth value. It has no truth of its own, so that it is never taken for False by accident."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false")


UNKNOWN = _Unknown()


class ConditionError(Exception):
    """What is wrong with an expression, where (column, 0-based, in characters) and how to mend it. Texts are Japanese."""

    def __init__(self, message: str, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint = message, column, hint


class DerivedError(ConditionError):
    """An expression reads a derived item whose own expression is wrong; that one is reported where it stands."""


class DerivedCycle(ConditionError):
    """Derived items that are worked out from each other."""


@dataclass(frozen=True)
class Type:
    """A static type: bool, number, text, date, address, choice, choices, subject or subjects.

    ``values`` are the ids of a choice; ``kind`` is the kind of a subject.
    """

    name: str
    values: tuple[str, ...] = ()
    kind: str = ""

    def __str__(self) -> str:
        return _TYPE_WORDS[self.name]


_TYPE_WORDS = {
    "bool": "はい・いいえ", "number": "数", "text": "文字", "date": "日付", "address": "住所", "choice": "選択肢",
    "choices": "選択肢（複数）", "subject": "対象", "subjects": "対象の一覧", "list": "値の一覧",
}  # fmt: skip
BOOL, NUMBER, TEXT, DATE = Type("bool"), Type("number"), Type("text"), Type("date")
_ITEM_TYPES = {
    "yes_no": "bool", "number": "number", "money": "number", "date": "date", "address": "address", "choice": "choice",
    "choices": "choices", "person": "subject", "subjects": "subjects",
}  # fmt: skip


@dataclass(slots=True)
class Env:
    """What an expression is evaluated in. ``reads`` grows; ``memo`` keeps derived items of one evaluation round."""

    values: Mapping[Key, Any]
    bound: dict[str, Any]  # singular roles, and what each, self and loop variables stand for now: subject ids
    today: date
    reads: list[Key] = field(default_factory=list)
    memo: dict[Any, Any] = field(default_factory=dict)


Run = Callable[[Env], Any]


@dataclass(frozen=True)
class Scope:
    """Names that an expression may use: singular roles and list roles of the event, and local ones.

    ``ones`` maps a name to its kind, ``lists`` a list role to (role that holds the list, item name, kind of the members).
    ``local`` are `each`, `self` and loop variables: what they stand for changes while a plan is made.
    """

    vocabulary: Vocabulary
    ones: Mapping[str, str]
    lists: Mapping[str, tuple[str, str, str]]
    local: frozenset[str] = frozenset()

    def bind(self, name: str, kind: str) -> Scope:
        """This scope with one more local name."""
        return Scope(self.vocabulary, {**self.ones, name: kind}, self.lists, self.local | {name})

    def event(self) -> Scope:
        """The names that mean the same everywhere in the event."""
        ones = {name: kind for name, kind in self.ones.items() if name not in self.local}
        return Scope(self.vocabulary, ones, self.lists)


@dataclass(frozen=True, eq=False, slots=True)
class Condition:
    """A checked expression. ``items`` are the ``kind.item`` it can ever read, ``uses_each`` says if it speaks of each.

    Compared by identity: the compiler makes one of each, so that a plan works out each only once.
    """

    source: str
    type: Type
    run: Run
    items: frozenset[str]
    uses_each: bool


def footprint(condition: Condition, env: Env) -> tuple[Any, tuple[Key, ...]]:
    """The value, and the keys it rests on: its trace when decided, the unknown keys that could decide it when not."""
    env.reads.clear()
    value = condition.run(env)
    reads = dict.fromkeys(env.reads)
    if value is UNKNOWN:
        return value, tuple(key for key in reads if key not in env.values)
    return value, tuple(key for key in reads if key in env.values)


def parse(source: str, scope: Scope, expect: Type | None = BOOL) -> Condition:
    """Check and compile one expression. Raises ConditionError with column and hint."""
    condition = _compile(source, _Compiler(scope))
    type_ = condition.type
    if expect is not None and type_.name != expect.name:
        raise ConditionError(
            f"条件は「{expect}」になるはずですが、「{type_}」です",
            0,
            "比べる相手（== など）が抜けていないか見てください",
        )
    return condition


def parse_derived(path: str, item: Item, scope: Scope) -> Condition:
    """Check and compile the expression of a derived item ``kind.item``, whose subject is `self`. Raises ConditionError."""
    scope = scope.event().bind("self", path.partition(".")[0])
    condition = _compile(item.derived or "", _Compiler(scope, (path,)))
    declared = item_type(item)
    if condition.type.name != declared.name:
        raise ConditionError(
            f"「{path}」は「{declared}」ですが、式は「{condition.type}」になります",
            0,
            "type か derived の式を直してください",
        )
    return condition


def item_type(item: Item) -> Type:
    """The static type of an item."""
    target = "person" if item.type == "person" else item.of or ""
    return Type(_ITEM_TYPES.get(item.type, "text"), tuple(item.choices), target)


def _compile(source: str, compiler: _Compiler) -> Condition:
    if len(source) > MAX_LENGTH:
        raise ConditionError(
            f"条件が長すぎます（{len(source)}文字）", 0, f"{MAX_LENGTH}文字までにして、名前のある条件に分けてください"
        )
    try:
        type_, run = compiler.visit(_tree(source), 0)
    except ConditionError as error:
        # The syntax tree counts in bytes of UTF-8; people count letters.
        error.column = len(source.encode()[: error.column].decode(errors="ignore"))
        raise
    return Condition(source, type_, run, frozenset(compiler.items), compiler.uses_each)


def _tree(source: str) -> ast.expr:
    """The syntax tree of an expression. Raises ConditionError; its column counts bytes, as the tree's own do."""
    try:
        return ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        before = source[: error.offset - 1] if error.offset else source  # no offset: the end is missing
        single = source[len(before) :].startswith("=") or "'=='" in error.msg
        hint = "等しいかどうかは == で比べます" if single else "かっこや引用符がそろっているか見てください"
        raise ConditionError("条件の書き方が正しくありません", len(before.encode()), hint) from None


class _Compiler:
    """Turns a checked syntax tree into closures. One method a node class that the language knows."""

    def __init__(self, scope: Scope, deriving: tuple[str, ...] = ()) -> None:
        self.scope = scope
        self.deriving = deriving
        self.items: set[str] = set()
        self.uses_each = False

    def visit(self, node: ast.expr, depth: int) -> tuple[Type, Run]:
        if depth > MAX_DEPTH:
            raise ConditionError("条件の入れ子が深すぎます", node.col_offset, "名前のある条件に分けてください")
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise ConditionError(
                f"「{ast.unparse(node)}」はここでは使えません",
                node.col_offset,
                "and・or・not、比べる式、any・all、決められた関数だけが使えます",
            )
        result: tuple[Type, Run] = method(node, depth + 1)
        return result

    # --- leaves -------------------------------------------------------------------------------------------------
    def _constant(self, node: ast.Constant, depth: int) -> tuple[Type, Run]:
        value = node.value
        if isinstance(value, bool):
            kind = BOOL
        elif isinstance(value, int):
            kind = NUMBER
        elif isinstance(value, str):
            kind = TEXT
        else:
            raise ConditionError(
                f"「{ast.unparse(node)}」は値として使えません", node.col_offset, "true・false、数、'文字' が使えます"
            )
        return kind, lambda env: value

    def _name(self, node: ast.Name, depth: int) -> tuple[Type, Run]:
        name = node.id
        if name == "today":
            return DATE, lambda env: env.today
        if name in ("true", "false"):
            return BOOL, lambda env: name == "true"
        if name in self.scope.ones:
            return Type("subject", kind=self.scope.ones[name]), self._subject(name)
        if name in self.scope.lists:
            holder, item, kind = self.scope.lists[name]
            _, run = self._read(self.scope.ones[holder], item, self._subject(holder), node)
            return Type("subjects", kind=kind), run
        if name == "each":
            raise ConditionError(
                "「each」はここでは使えません", node.col_offset, "each は for_each のある手続だけで使えます"
            )
        near = nearest(name, [*self.scope.ones, *self.scope.lists])
        hint = f"「{near}」のことですか" if near else f"使える名前: {self._names()}"
        raise ConditionError(f"「{name}」という名前はありません", node.col_offset, hint)

    def _attribute(self, node: ast.Attribute, depth: int) -> tuple[Type, Run]:
        owner_type, owner = self.visit(node.value, depth)
        if owner_type.name != "subject":
            text = ast.unparse(node.value)
            if owner_type.name == "subjects":
                raise ConditionError(
                    f"「{text}」は一覧なので、そのままでは項目を読めません",
                    node.col_offset,
                    f"any(x.{node.attr} … for x in {text}) の形で書いてください",
                )
            raise ConditionError(
                f"「{text}」は「{owner_type}」なので、「.{node.attr}」は読めません",
                node.col_offset,
                f"「{text}」までを書いてください",
            )
        return self._read(owner_type.kind, node.attr, owner, node)

    def _subject(self, name: str) -> Run:
        if name == "each":
            self.uses_each = True
        return lambda env: env.bound[name]

    def _read(self, kind: str, name: str, owner: Run, node: ast.expr) -> tuple[Type, Run]:
        item = self.scope.vocabulary.item(kind, name)
        if item is None:
            items = self.scope.vocabulary.kinds[kind].items if kind in self.scope.vocabulary.kinds else ()
            near = nearest(name, items)
            raise ConditionError(
                f"「{kind}.{name}」という項目はありません",
                node.col_offset,
                f"「{near}」のことですか" if near else "vocabulary に項目を足してください",
            )
        if item.derived is not None:
            return self._derived(kind, name, item.derived, owner, node)
        if item.optional:
            raise ConditionError(
                f"「{kind}.{name}」は空けておける項目なので、条件に使えません",
                node.col_offset,
                "必ず答える項目で決めてください",
            )
        self.items.add(f"{kind}.{name}")

        def run(env: Env) -> Any:
            subject = owner(env)
            if subject is UNKNOWN:  # of an unknown person nothing is known; who it is has been read already
                return UNKNOWN
            key = (subject, name)
            env.reads.append(key)
            return env.values.get(key, UNKNOWN)

        def run_named(env: Env) -> Any:  # the same, without a call for the subject: nearly all reads are of this form
            key = (env.bound[role], name)
            env.reads.append(key)
            return env.values.get(key, UNKNOWN)

        role = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
        return item_type(item), run_named if role in self.scope.ones else run

    def _derived(self, kind: str, name: str, source: str, owner: Run, node: ast.expr) -> tuple[Type, Run]:
        path = f"{kind}.{name}"
        if path in self.deriving:
            circle = " → ".join((*self.deriving[self.deriving.index(path) :], path))
            raise DerivedCycle(
                f"計算が輪になっています: {circle}",
                node.col_offset,
                "輪の中の derived を1つ、質問する項目に変えてください",
            )
        inner = _Compiler(self.scope.event().bind("self", kind), (*self.deriving, path))
        try:
            type_, body = inner.visit(_tree(source), 0)
        except ConditionError as error:
            if self.deriving and isinstance(error, DerivedCycle):
                error.column = node.col_offset
                raise
            raise DerivedError(f"「{path}」の計算の式に誤りがあります", node.col_offset, error.message) from error
        self.items |= inner.items

        def run(env: Env) -> Any:
            subject = owner(env)
            if subject is UNKNOWN:
                return UNKNOWN
            known = env.memo.get((path, subject))
            if known is None:
                outer, start = env.bound.get("self"), len(env.reads)
                env.bound["self"] = subject
                value = body(env)
                env.bound["self"] = outer
                known = env.memo[(path, subject)] = (value, tuple(env.reads[start:]))
            else:
                env.reads.extend(known[1])
            return known[0]

        return type_, run

    # --- logic --------------------------------------------------------------------------------------------------
    def _boolop(self, node: ast.BoolOp, depth: int) -> tuple[Type, Run]:
        return BOOL, _kleene(isinstance(node.op, ast.Or), [self._bool(part, depth) for part in node.values])

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> tuple[Type, Run]:
        if isinstance(node.op, ast.USub):
            type_, run = self.visit(node.operand, depth)
            if type_ != NUMBER:
                raise ConditionError("「-」は数にだけ使えます", node.col_offset)
            return NUMBER, lambda env: v if (v := run(env)) is UNKNOWN else -v
        if not isinstance(node.op, ast.Not):
            raise ConditionError(f"「{ast.unparse(node)}」はここでは使えません", node.col_offset, "not が使えます")
        inner = self._bool(node.operand, depth)
        return BOOL, lambda env: v if (v := inner(env)) is UNKNOWN else not v

    def _ifexp(self, node: ast.IfExp, depth: int) -> tuple[Type, Run]:
        test = self._bool(node.test, depth)
        yes_type, yes = self.visit(node.body, depth)
        no_type, no = self.visit(node.orelse, depth)
        if yes_type.name != no_type.name:
            raise ConditionError(
                f"if の前（{yes_type}）と else の後（{no_type}）の種類が違います",
                node.col_offset,
                "同じ種類にそろえてください",
            )

        def run(env: Env) -> Any:
            value = test(env)
            return UNKNOWN if value is UNKNOWN else yes(env) if value else no(env)

        return yes_type, run

    def _bool(self, node: ast.expr, depth: int) -> Run:
        type_, run = self.visit(node, depth)
        if type_ != BOOL:
            raise ConditionError(
                f"「{ast.unparse(node)}」は「{type_}」です。はい・いいえになる式が要ります",
                node.col_offset,
                "== などで比べてください",
            )
        return run

    # --- comparison ---------------------------------------------------------------------------------------------
    def _compare(self, node: ast.Compare, depth: int) -> tuple[Type, Run]:
        if len(node.ops) != 1:
            raise ConditionError(
                "比べる式は1つずつ書いてください", node.col_offset, "「a < b < c」は「a < b and b < c」と書きます"
            )
        op = node.ops[0]
        if isinstance(op, ast.In | ast.NotIn):
            return self._membership(node, depth)
        if type(op) not in _COMPARE:
            raise ConditionError("この比べ方は使えません", node.col_offset, "== != < <= > >= in が使えます")
        (left_type, left), (right_type, right) = self.visit(node.left, depth), self.visit(node.comparators[0], depth)
        self._check_comparable(left_type, right_type, node.left, node.comparators[0], node)
        if not isinstance(op, ast.Eq | ast.NotEq) and left_type.name not in ("number", "date"):
            raise ConditionError(f"「{left_type}」の大小は比べられません", node.col_offset, "== か != を使ってください")
        if isinstance(node.comparators[0], ast.Constant):
            return BOOL, _against(_COMPARE[type(op)], left, node.comparators[0].value)
        return BOOL, _binary(_COMPARE[type(op)], left, right)

    def _membership(self, node: ast.Compare, depth: int) -> tuple[Type, Run]:
        left_type, left = self.visit(node.left, depth)
        right_type, right = self.visit(node.comparators[0], depth)
        if right_type.name == "choices":
            self._check_choice(right_type, node.left, node)
        elif right_type.name == "list" and isinstance(node.comparators[0], ast.List):
            for element in node.comparators[0].elts:
                self._check_comparable(left_type, self.visit(element, depth)[0], node.left, element, node)
        elif not (right_type.name == "subjects" and left_type.name == "subject"):
            raise ConditionError(
                f"「in」の右は値の一覧か対象の一覧です（「{right_type}」ではありません）",
                node.col_offset,
                "['a', 'b'] の形で書いてください",
            )
        inside = _binary(_contained, left, right)
        if right_type.name == "list":  # constants: they do not look at the environment
            inside = _against(_contained, left, right(None))  # type: ignore[arg-type]
        if isinstance(node.ops[0], ast.In):
            return BOOL, inside
        return BOOL, lambda env: v if (v := inside(env)) is UNKNOWN else not v

    def _check_comparable(
        self, left: Type, right: Type, left_node: ast.expr, right_node: ast.expr, node: ast.expr
    ) -> None:
        if left.name == "choice" and right == TEXT:
            self._check_choice(left, right_node, node)
        elif right.name == "choice" and left == TEXT:
            self._check_choice(right, left_node, node)
        elif left.name != right.name:
            raise ConditionError(
                f"「{left}」と「{right}」は比べられません",
                node.col_offset,
                f"「{ast.unparse(left_node)}」は「{left}」です",
            )

    def _check_choice(self, choice: Type, literal: ast.expr, node: ast.expr) -> None:
        value = literal.value if isinstance(literal, ast.Constant) else None
        if not isinstance(value, str):
            raise ConditionError(
                "選択肢は '値' と比べてください", node.col_offset, f"使える値: {'・'.join(choice.values)}"
            )
        if value not in choice.values:
            near = nearest(value, choice.values)
            usable = f"使える値: {'・'.join(choice.values)}"
            hint = f"「{near}」のことですか。{usable}" if near else usable
            raise ConditionError(f"「{value}」という選択肢はありません", literal.col_offset, hint)

    def _list(self, node: ast.List, depth: int) -> tuple[Type, Run]:
        parts = [self.visit(element, depth) for element in node.elts]
        runs = [run for _, run in parts]
        if parts and all(type_.name == "subject" for type_, _ in parts):
            return Type("subjects", kind=parts[0][0].kind), lambda env: tuple(run(env) for run in runs)
        if not all(isinstance(element, ast.Constant) for element in node.elts):
            raise ConditionError("一覧には値だけを書けます", node.col_offset, "['a', 'b'] の形で書いてください")
        values = frozenset(run(None) for run in runs)  # type: ignore[arg-type]  # constants do not look at the environment
        return Type("list"), lambda env: values

    # --- calls --------------------------------------------------------------------------------------------------
    def _call(self, node: ast.Call, depth: int) -> tuple[Type, Run]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ConditionError(
                f"「{ast.unparse(node.func)}」は呼び出せません", node.col_offset, f"使える関数: {_functions()}"
            )
        name = node.func.id
        if name in ("any", "all"):
            return self._quantifier(name, node, depth)
        if name == "len":
            return self._len(node, depth)
        function = FUNCTIONS.get(name)
        if function is None:
            near = nearest(name, FUNCTIONS)
            hint = f"「{near}」のことですか" if near else f"使える関数: {_functions()}"
            raise ConditionError(f"「{name}」という関数はありません", node.col_offset, hint)
        if len(node.args) != len(function.takes):
            raise ConditionError(
                f"「{name}」に渡す値は{len(function.takes)}つです（{len(node.args)}つあります）",
                node.col_offset,
                f"{name}({', '.join(_TYPE_WORDS[t] for t in function.takes)})",
            )
        runs = []
        for wanted, argument in zip(function.takes, node.args, strict=True):
            type_, run = self.visit(argument, depth)
            if type_.name != wanted:
                raise ConditionError(
                    f"「{name}」には「{_TYPE_WORDS[wanted]}」を渡します（「{type_}」ではありません）",
                    argument.col_offset,
                )
            runs.append(run)
        call = function.call

        def run_call(env: Env) -> Any:
            values = [run(env) for run in runs]
            return UNKNOWN if any(value is UNKNOWN for value in values) else call(*values)

        return Type(function.gives), run_call

    def _len(self, node: ast.Call, depth: int) -> tuple[Type, Run]:
        if len(node.args) != 1:
            raise ConditionError("len には一覧を1つ渡します", node.col_offset)
        type_, run = self.visit(node.args[0], depth)
        if type_.name not in ("subjects", "choices"):
            raise ConditionError(f"len には一覧を渡します（「{type_}」ではありません）", node.col_offset)
        return NUMBER, lambda env: v if (v := run(env)) is UNKNOWN else len(v)

    def _quantifier(self, name: str, node: ast.Call, depth: int) -> tuple[Type, Run]:
        generator = node.args[0] if len(node.args) == 1 else None
        if not isinstance(generator, ast.GeneratorExp) or len(generator.generators) != 1:
            raise ConditionError(f"{name} は {name}(条件 for x in 一覧) の形で書きます", node.col_offset)
        loop = generator.generators[0]
        if not isinstance(loop.target, ast.Name) or loop.ifs:
            raise ConditionError(
                f"{name} は {name}(条件 for x in 一覧) の形で書きます", node.col_offset, "if は and で書いてください"
            )
        list_type, members = self.visit(loop.iter, depth)
        if list_type.name != "subjects":
            raise ConditionError(f"「{ast.unparse(loop.iter)}」は対象の一覧ではありません", loop.iter.col_offset)
        variable = loop.target.id
        if variable in self.scope.ones or variable in self.scope.lists or variable == "today":
            raise ConditionError(
                f"「{variable}」という名前はもう使われています",
                loop.target.col_offset,
                "for のあとは、ほかの名前にしてください",
            )
        inner = _Compiler(self.scope.bind(variable, list_type.kind), self.deriving)
        body = inner._bool(generator.elt, depth)
        self.items |= inner.items
        self.uses_each = self.uses_each or inner.uses_each
        return BOOL, _quantified(name == "any", variable, members, body)

    def _names(self) -> str:
        return "・".join([*self.scope.ones, *self.scope.lists, "today"])


def _kleene(decisive: bool, parts: Sequence[Run]) -> Run:
    """`or` (decisive True) and `and` (decisive False). A decisive part is the whole trace; the others fall away."""

    def run(env: Env) -> Any:
        reads = env.reads
        mark, unknown = len(reads), False
        for part in parts:
            start = len(reads)
            value = part(env)
            if value is decisive:
                del reads[mark:start]
                return decisive
            if value is UNKNOWN:
                unknown = True
        return UNKNOWN if unknown else not decisive

    return run


def _quantified(decisive: bool, variable: str, members: Run, body: Run) -> Run:
    """`any` (decisive True) and `all` (decisive False): the same over the members of a list, which is in every trace."""

    def run(env: Env) -> Any:
        found = members(env)
        if found is UNKNOWN:
            return UNKNOWN
        reads = env.reads
        mark, unknown = len(reads), False
        for env.bound[variable] in found:
            start = len(reads)
            value = body(env)
            if value is decisive:
                del reads[mark:start]
                return decisive
            if value is UNKNOWN:
                unknown = True
        return UNKNOWN if unknown else not decisive

    return run


def _contained(value: Any, values: Any) -> bool:
    return value in values


def _binary(function: Callable[[Any, Any], bool], left: Run, right: Run) -> Run:
    def run(env: Env) -> Any:
        a, b = left(env), right(env)
        return UNKNOWN if a is UNKNOWN or b is UNKNOWN else function(a, b)

    return run


def _against(function: Callable[[Any, Any], bool], left: Run, constant: Any) -> Run:
    def run(env: Env) -> Any:
        value = left(env)
        return UNKNOWN if value is UNKNOWN else function(value, constant)

    return run


_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip


def _functions() -> str:
    return "・".join(["any", "all", "len", *FUNCTIONS])


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like a misspelt one, or an empty string."""
    return next(iter(difflib.get_close_matches(name, list(known), 1, 0.6)), "")
