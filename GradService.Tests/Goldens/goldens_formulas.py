"""What the formulas of a loss say: names, functions, and fields, whose derivatives are made in two ways.

Plain: a field is a tensor as an output is, and autograd differentiates it, nested. Expanded: sympy differentiates the
formula, and the outputs' derivatives are put in. Where a derivative is the sum over a batch whose samples interact only
the second one is what is meant.
"""

import math
import re

import sympy
import torch

from goldens_losses import Fields

# ---------------------------------------------------------------------------------------------------------------------
# Functions, for numbers and tensors, and for sympy


def of_tensors(function):
    return lambda *arguments: function(*(torch.as_tensor(argument, dtype=torch.float64) for argument in arguments))


def of_two(function):
    return of_tensors(lambda a, b: function(*torch.broadcast_tensors(a, b)))


def step(x):
    return (x > 0).to(x.dtype)


def below(a, b):
    """1 where a is less than b, half where they are equal: the share of a in the slope of min(a, b)."""
    return step(b - a) + (a == b).to(a.dtype) / 2


TENSOR_FUNCTIONS = {
    **{name: of_tensors(getattr(torch, name))
       for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "abs", "sinh", "cosh", "atan", "asin", "acos", "erf", "sign")},
    "step": of_tensors(step), "below": of_two(below),
    "min": of_two(torch.minimum), "max": of_two(torch.maximum), "atan2": of_two(torch.atan2),
}


def of_sympy(name, *slopes):
    """A function that sympy leaves as it is, and its slope by each argument."""
    return type(name, (sympy.Function,), {"fdiff": lambda self, index=1: slopes[index - 1](*self.args)})


def flat(*_):
    return sympy.Integer(0)


Sign, Step, Below = of_sympy("sign", flat), of_sympy("step", flat), of_sympy("below", flat, flat)
SYMPY_FUNCTIONS = {
    **{name: getattr(sympy, name)
       for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "sinh", "cosh", "atan", "asin", "acos", "erf", "atan2")},
    "sign": Sign, "step": Step, "abs": of_sympy("abs", Sign),
    "min": of_sympy("min", Below, lambda a, b: Below(b, a)), "max": of_sympy("max", lambda a, b: Below(b, a), Below),
}


def number_of(expression, value_of, known):
    """A sympy expression as a tensor, or as a number where it is constant."""
    if expression not in known:
        arguments = [] if expression.is_number else [number_of(argument, value_of, known) for argument in expression.args]
        if expression.is_number:
            value = float(expression)
        elif expression.is_Symbol:
            value = value_of(expression)
        elif expression.is_Add:
            value = sum(arguments[1:], arguments[0])
        elif expression.is_Mul:
            value = math.prod(arguments[1:], start=arguments[0])
        elif expression.is_Pow:
            value = arguments[0] ** arguments[1]
        else:
            value = TENSOR_FUNCTIONS[type(expression).__name__](*arguments)
        known[expression] = value
    return known[expression]


# ---------------------------------------------------------------------------------------------------------------------
# Names


TOKEN = re.compile(r"(?P<number>(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)|(?P<name>[A-Za-z]\w*)(@(?P<set>\w+))?(?P<call>\s*\()?|(?P<power>\^)")


def evaluate(formula, functions, value_of):
    """Python reads a formula as the service has to, once ^ is written **. value_of(name, set) is asked for every name."""
    names = {f"function_{name}": function for name, function in functions.items()}

    def python(token):
        if token["power"]:
            return "**"
        if token["number"]:
            return token[0]
        if token["call"]:
            return f"function_{token['name']}("
        key = f"name_{token['name']}_at_{token['set'] or ''}"
        if key not in names:
            names[key] = value_of(token["name"], token["set"])
        return key

    return eval(TOKEN.sub(python, formula), {"__builtins__": {}}, names)


class Names:
    """The names that a request declares."""

    def __init__(self, request):
        self.variables, self.outputs = request["variables"], request["outputs"]
        self.unknowns, self.fields = request.get("unknowns", {}), request.get("fields", {})

    def quantity(self, name):
        """"u_xt" or "u__x__t" as an output's index or a field's name, and variables' indices; None if it is neither."""
        quantity, *by = [name] if self.declares(name) else name.split("__")
        if not by and not self.declares(quantity):
            quantity, _, by = name.partition("_")
        if not self.declares(quantity):
            return None
        return self.outputs.index(quantity) if quantity in self.outputs else quantity, tuple(self.variables.index(one) for one in by)

    def declares(self, name):
        return name in self.outputs or name in self.fields

    def constant(self, name):
        """pi and e are numbers where nothing else has their name."""
        return {"pi": math.pi, "e": math.e}[name]


# ---------------------------------------------------------------------------------------------------------------------
# Fields


class PlainFields(Fields):
    """Outputs and fields of one batch, both differentiated by autograd."""

    def __init__(self, names, unknowns, x, y, own):
        super().__init__(x, y, own)
        self.names, self.unknowns = names, unknowns

    def of(self, output, variables=()):
        if isinstance(output, str) and (output, ()) not in self.known:
            value = evaluate(self.names.fields[output], TENSOR_FUNCTIONS, self.value_of)
            self.known[output, ()] = list(value * torch.ones_like(self.x[:, 0]))
        return super().of(output, variables)

    def value_of(self, name, _):
        if name in self.names.variables:
            return self.x[:, self.names.variables.index(name)]
        if name in self.unknowns:
            return self.unknowns[name]
        quantity = self.names.quantity(name)
        return torch.stack(self.of(*quantity)) if quantity else self.names.constant(name)

    def at(self, output, variables, rows):
        return torch.stack(self.of(output, variables)[rows])


class Expansions:
    """The fields of a request and their derivatives, as formulas of variables, unknowns, outputs and their derivatives."""

    def __init__(self, names):
        self.names = names
        self.known = {}
        self.derivatives = {}  # by symbol: an output's index, and by what it is differentiated, in this order

    def of(self, quantity, by):
        if isinstance(quantity, int):
            symbol = sympy.Symbol("_".join([self.names.outputs[quantity], *(self.names.variables[v] for v in by)]))
            self.derivatives[symbol] = quantity, by
            return symbol
        if (quantity, by) not in self.known:
            self.known[quantity, by] = (self.differentiated(self.of(quantity, by[:-1]), by[-1]) if by else
                                        sympy.sympify(evaluate(self.names.fields[quantity], SYMPY_FUNCTIONS, self.symbol)))
        return self.known[quantity, by]

    def symbol(self, name, _):
        if name in self.names.variables or name in self.names.unknowns:
            return sympy.Symbol(name)
        quantity = self.names.quantity(name)
        return self.of(*quantity) if quantity else self.names.constant(name)

    def differentiated(self, expression, variable):
        """The total derivative: explicit, and through every output and derivative that the expression has."""
        total = expression.diff(sympy.Symbol(self.names.variables[variable]))
        for symbol in sorted(expression.free_symbols & set(self.derivatives), key=str):
            output, by = self.derivatives[symbol]
            total += expression.diff(symbol) * self.of(output, (*by, variable))
        return total


class ExpandedFields(Fields):
    """Outputs of one batch, differentiated by autograd; fields are expanded to them."""

    def __init__(self, expansions, unknowns, x, y, own):
        super().__init__(x, y, own)
        self.expansions, self.unknowns = expansions, unknowns

    def at(self, output, variables, rows):
        x = self.x[rows]

        def value_of(symbol):
            if symbol in self.expansions.derivatives:
                return torch.stack(self.of(*self.expansions.derivatives[symbol])[rows])
            name = str(symbol)
            return self.unknowns[name] if name in self.unknowns else x[:, self.expansions.names.variables.index(name)]

        return number_of(self.expansions.of(output, variables), value_of, {}) * torch.ones_like(x[:, 0])
