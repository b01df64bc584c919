"""The labels of choices, quickly."""


def label_of(field, choices):
    """What stands for get_<field>_display in a model whose rows fill lists.

    Django's own hashes every label of the choices, translated, on each call.
    """
    return lambda thing: choices(getattr(thing, field)).label
