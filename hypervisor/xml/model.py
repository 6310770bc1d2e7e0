"""A model of an element: a frozen dataclass whose fields each say, in their annotation, where they stand in it.

    cache: Annotated[str | None, At("driver@cache", CACHES)] = None

Reading, writing and editing follow from that one line, so they cannot disagree; what no field names is not touched.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, Field, dataclass, fields
from types import NoneType
from typing import Annotated, Any, ClassVar, Self, TypeVar, get_args, get_origin, get_type_hints

from lxml import etree

from hypervisor.errors import InvalidField, InvalidXML
from hypervisor.xml.document import Element, shown
from hypervisor.xml.places import Place, Present, another, listed, prune, prune_path, reach, remove, under


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a model: its name, its type without the annotation, its place."""

    name: str
    type: Any
    place: Place
    default: Any
    required: bool  # it has no default
    nullable: bool  # None says that it is not there


@dataclass(frozen=True, slots=True)
class Model:
    """An element's properties. Values are str, int, float, bool, None, other models and tuples of these."""

    KIND: ClassVar[str] = "part"  # the element's name
    MOVED_BY: ClassVar[frozenset[str]] = (
        frozenset()
    )  # what its `<address>` hangs on: another one, another address

    @classmethod
    def from_xml(cls, element: Element) -> Self:
        """Raises InvalidXML where something is missing that cannot be."""
        found = ((each, each.place.read(element)) for each in properties(cls))
        values = {each.name: value for each, value in found if value is not None}
        try:
            return cls(**values)
        except TypeError:
            missing = [each.name for each in properties(cls) if each.required and each.name not in values]
            raise InvalidXML(f"A {shown(element.tag)} has no {', '.join(missing)}.") from None

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """What JSON said, checked as far as one element can be. Raises InvalidField."""
        accepted = {each.name: _whole(each, value) for each, value in _accepted(cls, values)}
        for each in properties(cls):
            if each.required and accepted.get(each.name) is None:
                raise InvalidField(each.name, "It is required.")
        made = cls(**accepted)
        made.to_xml()
        return made

    def to_xml(self) -> Element:
        """A new element. Raises InvalidField for a value that its place does not take."""
        element = etree.Element(self.KIND)
        self.write(element)
        return element

    def write(self, element: Element) -> None:
        """Put every property there that says something; the others are cleared. Raises InvalidField."""
        self.apply(element, {each.name: getattr(self, each.name) for each in properties(type(self))})

    @classmethod
    def apply(cls, element: Element, changes: Mapping[str, Any]) -> None:
        """Change the named properties alone; None clears. Raises InvalidField, and then the element is spoilt."""
        for each, value in _accepted(cls, changes):
            before = each.place.read(element) if each.name in cls.MOVED_BY else None
            if value is None:
                each.place.clear(element)
            else:
                try:
                    each.place.write(element, value)
                except (ValueError, InvalidField) as error:
                    raise under(each.name, error) from None
            if each.name in cls.MOVED_BY and each.place.read(element) != before:
                Present("address").clear(element)
        cls.settle(element, changes.keys())

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        """After `changed` properties: refuse or put right what none of them sees alone. Raises InvalidField."""

    @classmethod
    def forgo(cls, element: Element, changed: AbstractSet[str], kind: str, name: str, why: str) -> None:
        """A property that there cannot be: refused if asked for; gone when `kind` changed from what could have it.

        Raises InvalidField.
        """
        place = property_of(cls, name).place
        if not {kind, name} & changed or place.read(element) in (None, ()):
            return
        if name in changed:
            raise InvalidField(name, why)
        place.clear(element)


M = TypeVar("M", bound=Model)

_PROPERTIES: dict[type[Model], tuple[Property, ...]] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """A model of its own at a child, or (path "") in the same element. A mapping changes what it names alone."""

    path: str
    model: type[Model]

    def read(self, element: Element) -> Model | None:
        found = element.find(self.path) if self.path else element
        if found is None:
            return None
        part = _read(self.model, found)
        return None if part == _empty(self.model) else part

    def accept(self, value: Any) -> Any:
        if isinstance(value, self.model):
            return value
        return dict(mapping(value))

    def write(self, element: Element, value: Any) -> None:
        part = reach(element, self.path)
        if isinstance(value, Model):
            value.write(part)
        else:
            self.model.apply(part, value)
        if self.path:
            prune(element, part)

    def clear(self, element: Element) -> None:
        part = element.find(self.path) if self.path else element
        if part is None:
            return
        for each in properties(self.model):
            each.place.clear(part)
        if self.path:
            prune(element, part)


@dataclass(frozen=True, slots=True)
class Many:
    """Several children of one name, each a model. The list is given whole.

    An item that stays is known by its property `key` (by all of it where none is named), and what it says beyond its
    model survives. `keep`: what holds them stays when empty.
    """

    path: str
    model: type[Model]
    key: str = ""
    keep: bool = False

    def read(self, element: Element) -> tuple[Model, ...]:
        items = (_read(self.model, child) for child in element.iterfind(self.path))
        return tuple(item for item in items if item is not None)

    def accept(self, value: Any) -> Any:
        made: list[Model] = []
        for index, item in enumerate(listed(value)):
            if isinstance(item, self.model):
                made.append(item)
                continue
            try:
                made.append(self.model.from_values(mapping(item)))
            except (ValueError, InvalidField) as error:
                raise under(str(index), error) from None
        keys = [self._key(item) for item in made]
        if len(set(keys)) < len(keys):
            raise ValueError(f"Two of them have the same {self.key}." if self.key else "Two are the same.")
        return tuple(made)

    def write(self, element: Element, value: Any) -> None:
        wanted = {self._key(item): item for item in value}
        for child in element.findall(self.path):
            there = _read(self.model, child)
            item = None if there is None else wanted.pop(self._key(there), None)
            if item is None:
                remove(child)
            else:
                item.write(child)
        for index, item in enumerate(wanted.values()):
            try:
                item.write(another(element, self.path))
            except InvalidField as error:
                raise under(str(index), error) from None
        if not value and not self.keep:
            prune_path(element, self.path)

    def clear(self, element: Element) -> None:
        self.write(element, ())

    def _key(self, item: Model) -> Any:
        return getattr(item, self.key) if self.key else item


def properties(model: type[Model]) -> tuple[Property, ...]:
    """The fields of a model, in their order."""
    if model not in _PROPERTIES:
        hints = get_type_hints(model, include_extras=True)
        _PROPERTIES[model] = tuple(_property(field, hints[field.name]) for field in fields(model))
    return _PROPERTIES[model]


def property_of(model: type[Model], name: str) -> Property:
    """Raises InvalidField for a name that the model does not have."""
    for each in properties(model):
        if each.name == name:
            return each
    raise InvalidField(name[:64], "There is no such property.")


def choices_of(place: Place) -> tuple[str, ...]:
    """The words that a place takes; () where it takes more than a list."""
    choices: tuple[str, ...] = getattr(getattr(place, "codec", place), "choices", ())
    return choices


def model_of(place: Place) -> type[Model] | None:
    """The model of what stands there, where that is one."""
    found: type[Model] | None = getattr(place, "model", None)
    return found


def _property(field: Field[Any], hint: Any) -> Property:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} does not say where it stands.")
    plain, place = get_args(hint)[:2]
    return Property(
        name=field.name,
        type=plain,
        place=place,
        default=field.default,
        required=field.default is MISSING and field.default_factory is MISSING,
        nullable=NoneType in get_args(plain),
    )


def _accepted(model: type[Model], values: Mapping[str, Any]) -> list[tuple[Property, Any]]:
    """In the model's own order: what a value means may hang on one before it."""
    for name in values:
        property_of(model, name)
    accepted = []
    for each in properties(model):
        if each.name not in values:
            continue
        value = values[each.name]
        if value is None:
            if each.required:
                raise InvalidField(each.name, "It is required.")
        else:
            try:
                value = each.place.accept(value)
            except (ValueError, InvalidField) as error:
                raise under(each.name, error) from None
        accepted.append((each, value))
    return accepted


def _read(model: type[M], element: Element) -> M | None:
    """None for what lacks something that libvirt itself always writes: reading fails at no document of a node."""
    try:
        return model.from_xml(element)
    except InvalidXML:
        return None


def _whole(each: Property, value: Any) -> Any:
    """The value as a field of a new model: what changes a part becomes the part."""
    if isinstance(each.place, Part) and isinstance(value, dict):
        try:
            return each.place.model.from_values(value)
        except InvalidField as error:
            raise under(each.name, error) from None
    if value is None and not each.nullable:
        return each.default
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """An object of JSON's. Raises ValueError for anything else."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ValueError("It must be an object.")
    return value


def _empty(model: type[Model]) -> Model | None:
    return None if any(each.required for each in properties(model)) else model()
